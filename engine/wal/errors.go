package wal

import (
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// displayPath is how errors name a log: relative to its generation.
func displayPath(name string) string { return "wal/" + name }

// What was being done, as errors say it.
const (
	opOpen    = "wal.open"
	opAppend  = "wal.append"
	opGrow    = "wal.grow"
	opSeal    = "wal.seal"
	opVerify  = "wal.verify"
	opInspect = "wal.inspect"
)

// corrupt reports damage found by opening; rule says what decided that it is no torn
// tail.
func corrupt(path string, off int64, rule, format string, args ...any) *dberr.Error {
	return dberr.New(dberr.WALCorruption, format, args...).At(path, off).WithOp(opOpen).With("rule", rule)
}

// because reports that cause, of the file system, made op fail with code.
func because(cause error, code dberr.Code, op, path, message string) *dberr.Error {
	w := vfs.Wrap(cause, op, path)
	e := dberr.New(code, "%s: %s", message, w.Message).In(path).WithOp(op)
	e.Err = w
	return e
}

// misuse reports a caller's mistake: nothing was done.
func misuse(op, path, format string, args ...any) *dberr.Error {
	return dberr.New(dberr.InternalInvariant, format, args...).In(path).WithOp(op)
}
