// Package backup writes and reads the archive that a backup is: one plain tar that
// holds a whole database, that any tar lists and unpacks, and that proves itself.
//
//	manifest.json                what the archive consists of; everything below is held to it
//	DATABASE                     the identity, as in a generation
//	schemas/<file>               in order of registration
//	segments/<number>.seg        newest first, as CHECKPOINT lists them
//	wal/<first sequence>.wal     the log's header and records, without the zeros behind them
//	end.json                     the number of bytes before this entry, and their SHA-256
//	1024 zeros
//
// The manifest is first, so that a reader knows every name, size and checksum before
// it takes anything; the closing record is last, so that an archive without it is
// known to be cut. The package knows the archive and not the database: the engine
// gives it contents and takes files.
//
// # One way to write it
//
// An entry is one block of header, its content, and zeros up to a multiple of 512
// bytes. The header, in the USTAR format:
//
//	offset  size  field
//	0       100   name
//	100     8     mode: "0000600"
//	108     8     owner: "0000000"
//	116     8     group: "0000000"
//	124     12    size: eleven octal digits
//	136     12    time: "00000000000", the first second of 1970
//	148     8     sum of the header's bytes, this field taken as blanks: six octal digits, 0, a blank
//	156     1     type: "0", a regular file
//	157     100   name of a link: zeros
//	257     8     "ustar", 0, "00"
//	265     64    names of owner and group: zeros
//	329     8     device: "0000000"
//	337     8     device: "0000000"
//	345     167   zeros
//
// A name of more than 100 bytes (long schema names) or a size from 8 GiB on has no
// room there. Then two blocks come before: a header of type "x" with the name
// PaxHeaders.0/<name>, and a block of records "<length> path=<name>\n" and "<length>
// size=<bytes>\n", each only if it is needed. The entry's own header then has the
// first 100 bytes of the name, and the size 0 instead of one that has no room.
//
// Nothing in an archive depends on the machine, the time of the backup, or who made it.
// So the same state is the same bytes, and there is nothing to parse: Read works out
// what each header must be and compares. An entry of any other kind, name, size or
// place is refused before anything is made of it, and any changed byte is noticed: by
// that comparison, by the checksum of the manifest or of an entry, or by the closing
// record. What one cannot notice is an archive that somebody has made up whole: the
// checksums prove that nothing was changed by accident, not who wrote it.
package backup
