// Package manifest reads and writes the small files that say what a database
// consists of: DATABASE (identity), CURRENT (the live generation), CHECKPOINT (the
// current checkpoint), a snapshot's manifest.json, and a backup's manifest.json and
// end.json.
//
// All are JSON in one envelope, one member a line, so that a person can read
// them and a diff shows what changed:
//
//	{
//	  "kind": "checkpoint",
//	  "format": 1,
//	  "body": { ... },
//	  "sha256": "<of every byte before this line>"
//	}
//
// There is one way to write a given content, and a file that is not exactly what
// Encode makes of its own content is damaged, so any changed byte is noticed, white
// space included. The checksum is looked at before the content is.
//
// What a file belongs to is in its body: the uuid of the database is in each, so a
// file of another database does not pass. A backup's end.json has the SHA-256 of its
// archive instead.
package manifest
