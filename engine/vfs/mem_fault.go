package vfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
)

// The kinds of calls, as in Op.Kind. The first group changes something or makes
// it durable, and is traced.
const (
	KindCreate   = "create" // OpenFile of a file that does not exist
	KindWrite    = "write"
	KindTruncate = "truncate" // also OpenFile with O_TRUNC
	KindAllocate = "allocate"
	KindChmod    = "chmod"
	KindSync     = "sync"
	KindSyncDir  = "syncdir"
	KindMkdir    = "mkdir"
	KindRename   = "rename"
	KindLink     = "link"
	KindRemove   = "remove"
	KindLock     = "lock"

	KindOpen       = "open"
	KindRead       = "read"
	KindStat       = "stat"
	KindReadDir    = "readdir"
	KindStatfs     = "statfs"
	KindLockShared = "lockshared"
	KindClose      = "close"
)

// An Op is one call of a Mem.
type Op struct {
	N    int    // how many calls went before
	Kind string // one of the kinds above
	Path string // as the caller gave it; of a file, as it was opened
	To   string // the new name, of rename and link
	Off  int64  // of read and write, in bytes
	Len  int64  // of read and write; the size, of truncate and allocate; the mode, of chmod
	Err  error  // in the trace: what the call returned
}

// Mutates reports whether the call changes something or makes it durable, so
// that dying before or after it is not the same.
func (o Op) Mutates() bool {
	switch o.Kind {
	case KindOpen, KindRead, KindStat, KindReadDir, KindStatfs, KindLockShared, KindClose:
		return false
	}
	return true
}

// String returns the call without its number, fit for a golden file.
func (o Op) String() string {
	s := o.Kind + " " + o.Path
	switch o.Kind {
	case KindRename, KindLink:
		s += " " + o.To
	case KindRead, KindWrite:
		s += fmt.Sprintf(" %d@%d", o.Len, o.Off)
	case KindTruncate, KindAllocate:
		s += fmt.Sprintf(" %d", o.Len)
	case KindChmod:
		s += fmt.Sprintf(" %04o", o.Len)
	}
	if o.Err != nil {
		s += " = " + reason(o.Err)
	}
	return s
}

// FormatTrace returns calls one a line.
func FormatTrace(ops []Op) string {
	var b strings.Builder
	for _, op := range ops {
		b.WriteString(op.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// Faults that a fault function may return, beside plain errors.
var (
	// ErrCrashed is what every call returns once the machine is dead.
	ErrCrashed = errors.New("the machine has crashed")
	// ErrSkipSync makes a Datasync or SyncDir return nil without doing anything: the
	// mutant that a test of barriers must notice.
	ErrSkipSync = errors.New("sync skipped")
)

// A ShortWrite, returned by a fault function for a write, lets the first N bytes
// reach the file and then fails with Err. The write returns 0 all the same, as a
// real one may.
type ShortWrite struct {
	N   int64
	Err error
}

func (e ShortWrite) Error() string { return fmt.Sprintf("short write of %d bytes: %v", e.N, e.Err) }

// Unwrap returns the error that ended the write.
func (e ShortWrite) Unwrap() error { return e.Err }

// SetFault makes f decide before each call whether it fails: with an error the
// call has no effect, save that a failed sync drops what was pending and that a
// Close closes. nil ends it. f may look at m and take images of it, so one run can
// be crashed before every call; it must not call m as a file system. If calls are
// concurrent, so are those of f.
func (m *Mem) SetFault(f func(Op) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = f
}

// FailAt makes call n fail with err.
func (m *Mem) FailAt(n int, err error) {
	m.SetFault(func(op Op) error {
		if op.N == n {
			return err
		}
		return nil
	})
}

// FailFrom makes call n and all later ones fail with err.
func (m *Mem) FailFrom(n int, err error) {
	m.SetFault(func(op Op) error {
		if op.N >= n {
			return err
		}
		return nil
	})
}

// FullAfter fills the disk once n more bytes were written or allocated: the
// write that passes n is short, and then nothing can be written, allocated,
// created or linked. Overwriting counts as writing, as on a file system that
// copies on write.
func (m *Mem) FullAfter(n int64) {
	var mu sync.Mutex
	left, full := n, false
	m.SetFault(func(op Op) error {
		mu.Lock()
		defer mu.Unlock()
		switch op.Kind {
		case KindWrite, KindAllocate:
			if op.Len <= left && !full {
				left -= op.Len
				return nil
			}
			short := ShortWrite{N: left, Err: ENOSPC}
			left, full = 0, true
			if op.Kind == KindWrite && short.N > 0 {
				return short
			}
			return ENOSPC
		case KindCreate, KindMkdir, KindLink:
			if full {
				return ENOSPC
			}
		}
		return nil
	})
}

// DieAt makes call n and all later ones return ErrCrashed without effect. What
// the disk then holds is for AfterCrash to say. Only the deaths at calls of the
// trace, and after the last, are worth trying: the others leave the same.
func (m *Mem) DieAt(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dieAt, m.dies = n, true
}

// Ops returns how many calls were made, of any kind.
func (m *Mem) Ops() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ops
}

// Trace returns the calls that mutate, failed ones too, in the order in which
// they took effect.
func (m *Mem) Trace() []Op {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Op(nil), m.trace...)
}

// begin counts a call and returns the error that is injected into it.
func (m *Mem) begin(op *Op) error {
	m.mu.Lock()
	op.N = m.ops
	m.ops++
	fault, dead := m.fault, m.dies && op.N >= m.dieAt
	m.mu.Unlock()
	switch {
	case dead:
		return ErrCrashed
	case fault != nil:
		return fault(*op)
	}
	return nil
}

// end traces a call and returns its error as the operating system would.
func (m *Mem) end(op Op, err error) error {
	if op.Mutates() && !errors.Is(err, ErrCrashed) {
		op.Err = err
		m.trace = append(m.trace, op)
	}
	if err == nil {
		return nil
	}
	if op.To != "" {
		return &os.LinkError{Op: op.Kind, Old: op.Path, New: op.To, Err: err}
	}
	return &fs.PathError{Op: op.Kind, Path: op.Path, Err: err}
}
