package command

import (
	"context"
	"errors"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell/lang"
)

// The exit codes. docs/cli.md is the page for users.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitLocked      = 3
	exitCorruption  = 4
	exitInterrupted = 130
)

// exitCodes gives the codes of errors whose exit is not exitFailed.
var exitCodes = map[dberr.Code]int{
	dberr.ConfigInvalid:         exitUsage,
	dberr.ConfigUnsafe:          exitUsage,
	dberr.ConfigIOFailed:        exitUsage,
	dberr.DatabaseLocked:        exitLocked,
	dberr.StorageCorruption:     exitCorruption,
	dberr.WALCorruption:         exitCorruption,
	dberr.BackupInvalid:         exitCorruption,
	dberr.RecoverySchemaMissing: exitCorruption,
	dberr.RecoveryInconsistent:  exitCorruption,
	dberr.ScriptInterrupted:     exitInterrupted,
}

// exitCode returns the exit code for an error of a command that ran under ctx.
func exitCode(ctx context.Context, err error) int {
	if err == nil {
		return exitOK
	}
	var exit *lang.Exit
	if errors.As(err, &exit) {
		return exit.Code
	}
	var said answered
	if errors.As(err, &said) {
		return int(said)
	}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errSignal):
		return exitInterrupted
	case errors.Is(cause, errClosed):
		return exitFailed
	}
	return exitOfCode(dberr.CodeOf(err))
}

// exitOfCode returns the exit code for an error of that code.
func exitOfCode(c dberr.Code) int {
	if exit, ok := exitCodes[c]; ok {
		return exit
	}
	return exitFailed
}
