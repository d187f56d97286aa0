// Package runs keeps the journals of runbooks: the folder runs/ of a data directory.
//
//	runs/<id>.journal      one run: appended to, a record a line
//	runs/<id>.rehearsal    one rehearsal: a single record, written once
//	runs/<id>.tmp/         the clone of a rehearsal that goes on, with a LOCK of its own
//
// An id is the UTC time of the start and a number: 20260204T113000Z-1, and with an r
// before the number for a rehearsal. The time is for people; the number makes it unique.
//
// A journal is JSON Lines. Each line is one object whose last member is the checksum:
//
//	{"n":1,"kind":"step-begin",...,"crc32c":"89abcdef"}
//
// The checksum is the CRC32C of the bytes of the line before `,"crc32c"`, continued from
// the checksum of the line before it, and from that of the id for the first line: a line
// that is missing, exchanged or of another journal does not pass. n counts the lines
// from 0. Spaces before the line feed fill the last sector of 512 bytes, so that no record
// shares one with the next, whose writing would put it at risk.
//
// Each record was synced before its call returned, so one is in doubt at most. What
// follows the last valid line is
//
//   - torn, and cut when the run is resumed, if it is one line and has no line feed at its
//     end, or a sector of it is all zero, which is what one reads as that never arrived;
//   - else damage, AERO_STORAGE_CORRUPTION with the offset: another line came after it, or
//     every sector arrived and they are not what was written.
//
// What that leaves undecided: a last line that was cut off in its middle, or lost a whole
// sector, after it was synced. It then counts as never written: a step whose end is gone has
// an unknown outcome, and no run is resumed on a guess.
//
// Of a step there is a record before its function is called and one after. Each is durable
// before the call goes on. One without the other is a step that was under way when the
// process ended: its outcome is unknown.
package runs
