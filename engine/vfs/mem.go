package vfs

import (
	"errors"
	"sync"
)

// Mem is a file system in memory that knows what a power cut may take away.
//
// Towards the process it behaves like a POSIX file system whose user is root:
// modes are kept but forbid nothing, there are no symbolic links, and times are
// zero. Paths start at the root, with a slash or without.
//
// Beneath, each inode holds what the disk is sure to have and a list of what is
// pending: each 512-byte sector of each write, each size, and in a directory each
// name that was made, renamed, linked or removed. Then
//
//   - File.Datasync makes the pending bytes and sizes of that file durable, not
//     its names;
//   - SyncDir makes the pending names of that directory durable, not the bytes,
//     and not the name of the directory itself;
//   - a sync that fails makes nothing durable and dooms what was pending: the
//     process still sees it, a power cut may keep it, but no later sync writes it,
//     whatever that returns. Only what is written again is pending again;
//   - closing, renaming and reading make nothing durable.
//
// AfterCrash builds what a power cut leaves: any choice among the pending, in any
// combination. The survivors apply in order of time, so of two versions of one
// sector the later wins if it is kept. A rename inside one directory is one thing;
// a rename across two is two, so both names or neither may be left. Hard links
// share the inode, bytes and all. Modes are always kept: nothing may rely on them.
// A directory that would be left with two names keeps one.
//
// A process that is killed loses nothing: Clone is what the next one finds, with
// everything pending still pending.
//
// All methods are safe for concurrent use.
type Mem struct {
	mu     sync.Mutex
	nodes  []*node // by inode number; nil: none, or no name leads to it any more
	clock  int     // moments passed; orders what is pending
	open   int     // files not closed
	waste  int     // pages and inodes that lost their last name since the last sweep
	statfs Statfs

	ops   int
	trace []Op
	fault func(Op) error // called without mu
	dieAt int
	dies  bool
}

// NewMem returns an empty file system: a root, durable, and nothing else.
func NewMem() *Mem {
	m := &Mem{
		nodes:  make([]*node, rootIno),
		statfs: Statfs{Type: "mem", Free: 1 << 40, Size: 1 << 40},
	}
	m.newNode(true, DirPerm).links = 1
	return m
}

// SetStatfs sets what Statfs returns.
func (m *Mem) SetStatfs(s Statfs) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.statfs = s
}

// OpenHandles returns how many files are open.
func (m *Mem) OpenHandles() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.open
}

// do runs a call that has no effect if a fault is injected into it.
func (m *Mem) do(op Op, effect func(op Op) error) error {
	return m.run(op, func(op Op, fault error) error {
		if fault != nil {
			return fault
		}
		return effect(op)
	})
}

// run runs one call: it asks for a fault, has the effect under mu, traces. On a
// dead machine there is no effect.
func (m *Mem) run(op Op, effect func(op Op, fault error) error) error {
	err := m.begin(&op)
	m.mu.Lock()
	defer m.mu.Unlock()
	if !errors.Is(err, ErrCrashed) {
		err = effect(op, err)
	}
	return m.end(op, err)
}

var _ FS = (*Mem)(nil)
