// Package dberr holds the one error type of AeroDB and the one table of its
// codes.
//
// An error carries facts: a stable code, what was being done, the file and
// offset where that has a meaning, a message for a person and a hint that names
// the next step. Text is made last. Go callers, the Lua shell, the JSON API and
// the process exit code all act on the same value, and the reference page of
// codes is printed from the same table.
//
// The severity belongs to the code, never to the place that raises it:
//
//	REJECT  the caller's mistake; nothing happened
//	ERROR   the operation failed; the database goes on
//	FATAL   the database stops until it is reopened or repaired by a person
//	BUG     an invariant of AeroDB broke; please report it
package dberr
