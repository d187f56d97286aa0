// Package wal writes and reads the write-ahead log: the file that makes a
// commit durable with one write and one fdatasync.
//
// A file wal/<first sequence, 20 digits>.wal is laid out before it is written: filled
// with real zeros and synced, so that a commit changes no metadata, needs no space, and
// everything behind the last record is zero. It begins with one step of a few megabytes
// and grows by steps up to the size that its owner allows. All integers are little
// endian. The first sector is the file's header:
//
//	offset  size  field
//	0       8     "AEROWAL1"
//	8       4     format version
//	12      4     CRC32C of the sector without this field, masked
//	16      16    uuid of the database
//	32      8     bytes of the file that are laid out, a multiple of 512
//	40      8     sequence of the first operation, as in the file's name
//	48      32    digest of the database before that operation
//	80      432   zero
//
// The first 16 bytes keep their meaning in every later format version.
//
// Then follow records, each at the start of a sector of 512 bytes. A commit is
// one record, whatever the number of its operations; a clean close writes a
// seal, a record without operations that nothing follows. The first sector of a
// record:
//
//	offset  size  field
//	0       1     stamp 0xf1: a record starts here
//	1       3     "REC"
//	4       1     type: 1 commit, 2 seal
//	5       3     zero
//	8       4     CRC32C of the header without this field, salted, masked
//	12      4     CRC32C of the body, salted, masked
//	16      4     length of the payload in bytes
//	20      4     number of operations
//	24      8     sequence of the first operation; a seal's is the next one to come
//	32      32    digest of the database after the record
//	64      448   payload
//
// and every other sector of it:
//
//	0       1     stamp 0xc3: a record goes on here
//	1       511   payload
//
// The body is every byte of the record behind the header: payload, stamps, and
// the zeros that fill the last sector. Both checksums are salted with the
// database's uuid, the file's first sequence and the record's offset, so that a
// stale, foreign or misplaced record never passes; masking keeps zeros, and
// data that holds checksums, from passing by accident. Sequence numbers have no
// gap: operation k of a record has the sequence first+k. Every record carries a
// digest, so replay proves itself at each step.
//
// An operation in the payload, its four numbers as minimal uvarints:
//
//	1     kind: 1 insert, 2 replace, 3 delete, 4 schema
//	1..3  collection
//	1..3  version
//	1..5  length of the id
//	1..5  length of the document
//	n     id
//	m     document
//
// # Torn or damaged
//
// A record is written only after the one before it was synced, so a crash leaves
// at most one in doubt. What makes a torn tail and a damaged record different
// things is that sectors arrive whole or not at all, that a sector of a record is
// never all zero, and that no document can bring a byte to the start of a
// sector, where the stamps are. At the first invalid record, at X:
//
//  1. all is zero from X to the end of the file: a clean end;
//  2. a valid header of this file lies after X: corruption;
//  3. something is not zero further than the largest record after X, or behind
//     the length that a valid header at X states: corruption;
//  4. a sector between X and the last one that is not zero, or within the stated
//     length, is all zero: it never arrived, nobody was told of the record: torn;
//  5. otherwise every sector arrived and the checksum is wrong: corruption.
//
// And behind a seal:
//
//  6. something is not zero: corruption.
//
// Rule 4 asks in addition that what did arrive bears its stamps, since a sector
// that is neither zero nor stamped was never written here: that is rule 5 too.
//
// Opening an unsealed log for writing zeroes a torn extent, writes the last record
// again, with 64 KiB of zeros behind it, and syncs.
//
// A file that is shorter than its header says is corrupt. One that is longer, if it is
// not sealed, is what a crash left that came while the log grew; see below. Rule 2 looks
// there too, the others do not.
//
// One case cannot be decided, only after an unclean end and only in the last
// record: a damaged sector that reads as zeros looks like one that never arrived.
//
// # Growing
//
// A record that does not fit into what is laid out, with room left for a seal, makes the
// log grow from A bytes to B first, in the call that appends it:
//
//  1. a seal, if there is one, is broken;
//  2. zeros are written from A to B, and synced: the file has B bytes, all durable;
//  3. the header is written again, with the size B, and synced;
//  4. the record is written, and synced, as ever.
//
// So the header says A until B bytes are there, and says B before a record lies behind
// A. A file that was cut anywhere is shorter than its header says, whether the log is
// sealed or not and wherever its records end. A crash within 2 leaves a file that is
// longer than its header says: nothing behind A was ever promised, so what lies there,
// zeros or not, is cut off when the log is opened for writing. A record of this log that
// lies there means that the header is an old one, or was never written: corruption, by
// rule 2. A crash within 3 leaves the one header or the other: the two differ in the
// first 40 bytes of one sector, which arrives or does not.
//
// If the zeros cannot be written, the file gets its old size back, durably, and the
// record is not written. The room for a seal lies in what is laid out, so closing,
// opening and repairing a log need no space.
//
// # The seal
//
// A seal promises that all behind it, the slack, is zero, so that opening a log that
// was closed cleanly costs what the log holds, not what it has room for. Open looks
// at the first 64 KiB of the slack only: records leave no gap, so if the disk lost
// what was written over an old seal, what came after shows there. The rest of rule 6
// is for the first append, for Log.VerifySlack, and for Inspect.
//
// The first append to a sealed log breaks the seal: it reads the slack, if the seal
// was found at open; it writes zeros over the seal and syncs; then the record takes
// the seal's place. In one write with the record, the second sector of it could
// arrive and the first, with the seal in it, not. Between the two syncs the log ends
// with zeros, which is a clean end.
//
// # Failed syncs
//
// After a failed sync the page cache may show what the disk does not hold, records,
// seals and zeros alike, and a process that is started anew, without the machine,
// believes it. So what the next record or seal will rely on is not read but written:
//
//   - A last record that is in the cache only is written again by Open, or Open fails.
//   - A seal that is in the cache only needs no care. Opening writes nothing, and
//     nothing new depends on it: without it the log ends with zeros, and its slack
//     became durable before it was written. Breaking it writes zeros over its sector,
//     whatever the disk holds there.
//   - A seal that is broken in the cache only: the log looks unsealed, and the zeros
//     that Open writes behind the last record cover the seal's sector, before a record
//     does. Until that sync succeeds nothing is appended, and a power cut shows the
//     seal with its slack intact.
//   - A header with a larger size that is in the cache only: the log is not sealed, since
//     a seal is broken before the log grows. The repair writes the header again, before a
//     record does rely on it. The zeros that it speaks of were synced before it was
//     written. What is longer than the header says is cut after that, not with it: else
//     a power cut could leave the short file and the header from before.
//   - Zeros that are in the cache only lie where a record of more than 64 KiB was
//     withdrawn or cut. What is doubtful, the slack of a log that was opened unsealed,
//     is written and synced once more before the log is sealed, and before the seal, so
//     that the seal's promise holds on the disk. Until then a power cut can bring such a
//     rest back: as a torn extent, which is cut, or behind a torn record of known
//     length, as rule 3. Either way nothing acknowledged is lost.
package wal
