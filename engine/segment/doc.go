// Package segment writes and reads segments: immutable files that hold a sorted
// run of keys, each with a value or with a tombstone.
//
// A segment is written once, front to back, and never changed:
//
//	dictionary block      a sample of the documents in the data blocks that follow
//	data block            entries of one key space only: about 4 KiB of documents,
//	                      or about 8 KiB of index keys
//	data block
//	...
//	filter block          which document keys the data blocks above hold
//	tree block, level 1   where the data blocks above are, and that filter
//	data block
//	...
//	tree block, level 2   where the level-1 blocks are, and so on up
//	properties block      the smallest and the largest key
//	footer                140 bytes: identity, counts, the root of the tree
//
// The tree grows from its leaves while the data streams by, so a segment of any
// size is written with the memory of a few hundred blocks. Every byte lies in a block or in
// the footer, and each of these has its own checksum.
//
// # Block
//
//	offset  size  field
//	0       4     CRC32C of: database uuid, segment number, file offset of the
//	              block (8 bytes each for the latter two), bytes 4 to the end
//	4       4     n, length of the payload as stored
//	8       4     length of the payload as decoded
//	12      1     kind: 1 documents, 2 index keys, 3 tree, 4 filter, 5 properties,
//	              6 dictionary
//	13      1     codec: 0 as it is, 1 LZ4 block, 2 values compressed one by one
//	14      1     level in the tree, 0 if it is no tree block
//	15      1     0
//	16      n     payload
//
// All integers are little endian. The salt in the checksum makes a block valid in
// one database, one segment and one place only: a stale, swapped or misplaced block
// fails like a damaged one. Documents are compressed one by one where that saves at least
// a quarter. Any other payload of 64 bytes or more is compressed in whole if that saves at
// least an eighth of it; a filter, which looks random, never is.
//
// # Entries
//
// The payload of a data or tree block is a list of entries in ascending order of
// their keys, then their values, then the places of some of them, the restarts:
//
//	uvarint  how many bytes of the key it shares with the entry before
//	uvarint  how many bytes of the key follow
//	uvarint  length of the value times 2, plus 1 for a tombstone
//	         the rest of the key
//	...
//	         the values, one behind the other
//	...
//	4 bytes  for each restart, entries 0, 16, 32 ... of a data block, 0, 4, 8 ... of a
//	         tree block: offset of the entry
//	4 bytes  offset of its value
//	...
//	4 bytes  number of restarts
//
// A restart shares nothing, other entries share all they can, which lets a search
// compare each byte of the sought key once only. The keys lie apart from the values
// so that a search passes over a few lines of processor cache and not over documents.
//
// # Values compressed one by one
//
// A dictionary block holds up to 16 KiB of documents, one behind the other, spread evenly
// over the first 128 KiB of those that it is for: documents of one version of one
// collection. Data blocks behind it hold their values compressed with it, so that one is
// decompressed without the others, and what all have in common is stored once. Their
// payload has all that a search needs at its beginning:
//
//	1 byte   2, where other payloads begin with an entry that shares nothing, 0
//	3 bytes  number of restarts
//	8 bytes  offset of the dictionary block, which is the last one before this block
//	4 bytes  its length
//	8 bytes  for each restart, entries 0, 8, 16 ...: as above, the offsets counted from
//	         behind the restarts. A restart shares all it can with the first key of the
//	         block, which all others have much in common with, and the first nothing
//	...
//	         the entries, whose values have the length as stored
//	         the values
//
// The key of a document ends with its _id, and the document begins with {"_id":" and that:
// so much is left out of what is stored of a value, where it is so. A value that is no
// tombstone is stored as
//
//	uvarint  the length of what is not left out, times 4; plus 2 if so much is left out;
//	         plus 1 if the first literals are packed. The length is 0 if it is stored as it is
//	         sequences, or what is not left out, as it is
//
// A sequence is that of the LZ4 block format but for two things: literals, and the end.
//
//	1 byte   the number of literals times 16, plus the length of the match less 4; each at
//	         most 15, which means that more follows
//	         what the literals are more than 15: bytes of 255, and one of less
//	         the literals
//	2 bytes  the low 15 bits: how many bytes the match begins before the place that it goes
//	         to, where the decoded payload of the dictionary block lies before the value;
//	         the high bit: 1 if the literals of the next sequence are packed
//	         what the match is more than 19
//
// Packed literals are of the 16 symbols ,-./0123456789:T alone and take half a byte each: a
// symbol's place in that list, the first of two in the lower half of a byte, the last of an
// odd number with 0 above it. The writer packs two literals or more if it can. The value
// ends behind a match, or behind literals that no match follows.
//
// In version 2 the payload began with 1, restarts shared nothing, nothing was left out of a
// value, and what follows its length was an LZ4 block without a frame.
//
// A block has at least 4 documents and 4 bytes of values to be stored so. A dictionary
// serves until the documents of its version end; until a batch, 128 KiB of payloads, with
// it takes more than 5/4 of what its first batch took for as many bytes; or, if it is
// shorter than 8 KiB, until its batch ends. There is none of less than 256 bytes.
//
// # Tree
//
// An entry of a tree block stands for one block below it: its key is the shortest
// byte string that is greater than all keys before that block and not greater than
// any key in it; its value is uvarint offset, uvarint length of the whole block.
// A level-1 block ends, after its restarts, with the place of its filter: 8 bytes
// offset, 4 bytes length, both 0 if no document keys lie beneath.
//
// # Filter
//
//	64 bytes  a line, as often as there are
//	...
//	4 bytes   number of keys
//	4 bytes   bits set for each key: 6
//
// A key's 64-bit hash (hash.go) picks a line by its upper half and six bits in it
// by its lower half, so that a lookup touches one line of processor cache. With 10
// bits for each key, about one lookup in a hundred of an absent key is let through.
//
// # Properties
//
//	uvarint  length, and bytes of the smallest key
//	uvarint  length, and bytes of the largest key
//
// # Footer
//
//	offset  size  field
//	0       16    database uuid
//	16      8     segment number
//	24      8     bytes in the file
//	32      8     entries: the sum of the next four
//	40      8     documents
//	48      8     document tombstones
//	56      8     index entries
//	64      8     index tombstones
//	72      8     bytes of blocks of kinds 1 and 6
//	80      8     bytes of blocks of kind 2
//	88      8     bytes of all else, this footer included
//	96      8     offset of the root of the tree, 0 if there are no entries
//	104     8     offset of the properties block, 0 if there are no entries
//	112     4     length of the root block
//	116     4     length of the properties block
//	120     4     level of the root, 0 if there are no entries
//	124     4     format version: 3
//	128     8     "AEROSEG\n"
//	136     4     CRC32C of bytes 0 to 136
//
// Versions 1 and 2 are read too. Version 1 had no dictionaries, and every sixteenth entry of
// its tree blocks was a restart. Version 2 had the other form of values that is told above.
//
// # Same bytes everywhere
//
// The bytes depend on the entries and the options alone. The LZ4 compressor is
// portable Go: it loads words as little endian on every machine and clears its
// table before each block, so its output depends on its input only; just the
// decompressor has variants in assembly, and there is one right output for these. What
// compresses with a dictionary is our own, since the library does not.
// Another version of that library may compress to other bytes: go.mod pins one,
// and the golden test of this package notices.
package segment
