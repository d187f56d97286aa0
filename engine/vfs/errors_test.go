package vfs_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

func TestCode(t *testing.T) {
	for _, row := range []struct {
		err  error
		want dberr.Code
	}{
		{vfs.ENOSPC, dberr.StorageNoSpace},
		{vfs.EDQUOT, dberr.StorageNoSpace},
		{&os.PathError{Op: "write", Path: "f", Err: vfs.EFBIG}, dberr.StorageNoSpace},
		{fmt.Errorf("%w: %w", vfs.ErrUnsynced, vfs.ENOSPC), dberr.StorageNoSpace},
		{vfs.EIO, dberr.StorageIOError},
		{io.ErrUnexpectedEOF, dberr.StorageIOError},
		{vfs.ErrTooLarge, dberr.StorageIOError},
		{&os.PathError{Op: "lock", Path: "LOCK", Err: vfs.ErrLocked}, dberr.DatabaseLocked},
	} {
		if got := vfs.Code(row.err); got != row.want {
			t.Errorf("%v: %s, want %s", row.err, got, row.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, row := range []struct {
		err        error
		text, hint string
	}{
		{&os.PathError{Op: "open", Path: "/data/wal/1.wal", Err: syscall.ENOENT},
			"wal/1.wal: open: no such file or directory", "look at the disk and the system log"},
		{&os.LinkError{Op: "rename", Old: "/data/a", New: "/data/b", Err: vfs.ENOSPC},
			"wal/1.wal: rename: no space left on device", "free space, for example with: aerodb snapshot remove ID"},
		{vfs.EMFILE, "wal/1.wal: too many open files", "raise the process's limit of open files (ulimit -n)"},
		{syscall.EACCES, "wal/1.wal: permission denied", "check the owner and the mode of the file and of its directory"},
		{vfs.EROFS, "wal/1.wal: read-only file system", "the medium is read-only: open the database with --read-only"},
		{fmt.Errorf("%w: %w", vfs.ErrUnsynced, vfs.EIO),
			"wal/1.wal: renamed, but the directory was not synced: input/output error", "look at the disk and the system log"},
	} {
		e := vfs.Wrap(row.err, "wal.open", "wal/1.wal")
		if e.Text() != row.text || e.Advice() != row.hint || e.Op != "wal.open" {
			t.Errorf("%v:\n got %q, %q\nwant %q, %q", row.err, e.Text(), e.Advice(), row.text, row.hint)
		}
		if !errors.Is(e, row.err) {
			t.Errorf("%v is lost", row.err)
		}
	}
	coded := dberr.New(dberr.WALCorruption, "damaged")
	if got := vfs.Wrap(fmt.Errorf("while opening: %w", coded), "x", "y"); got != coded {
		t.Errorf("a code was replaced: %v", got)
	}
}

func TestKinds(t *testing.T) {
	kinds := []struct {
		name string
		is   func(error) bool
		errs []error
	}{
		{"no space", vfs.IsNoSpace, []error{vfs.ENOSPC, vfs.EDQUOT, vfs.EFBIG}},
		{"not exist", vfs.IsNotExist, []error{syscall.ENOENT}},
		{"exist", vfs.IsExist, []error{syscall.EEXIST}},
		{"permission", vfs.IsPermission, []error{syscall.EACCES, syscall.EPERM}},
		{"not a directory", vfs.IsNotDir, []error{syscall.ENOTDIR}},
		{"no link", vfs.IsNoLink, []error{syscall.EPERM, syscall.EXDEV, syscall.EMLINK, syscall.ENOTSUP, syscall.ENOSYS}},
		{"too many files", vfs.IsTooManyFiles, []error{syscall.EMFILE, syscall.ENFILE}},
	}
	all := []error{nil, io.EOF, vfs.EIO, vfs.EROFS, vfs.ErrLocked}
	for _, k := range kinds {
		all = append(all, k.errs...)
	}
	for _, k := range kinds {
		for _, err := range all {
			want := false
			for _, e := range k.errs {
				want = want || errors.Is(err, e)
			}
			if got := k.is(&os.PathError{Err: err}); err != nil && got != want {
				t.Errorf("%v is %s: %v", err, k.name, got)
			}
		}
		if k.is(nil) {
			t.Errorf("nil is %s", k.name)
		}
	}
}
