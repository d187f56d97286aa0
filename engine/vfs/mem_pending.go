package vfs

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// sectorBytes is what a disk writes whole or not at all.
const sectorBytes = 512

// A change is what one call did to a file and no sync has made durable: bytes of
// whole sectors, or a size.
type change struct {
	at     int    // its first moment in the order of time; each sector takes one
	op     int    // the call
	doomed bool   // a failed sync dropped it: no later sync writes it
	sector int64  // the first sector
	count  int64  // sectors; 0: this is a size
	data   []byte // of the sectors; nil: zeros
	size   int64
}

// A rename is what one call did to the names of one directory.
type rename struct {
	at, op int
	doomed bool
	edits  []edit
}

// An edit makes a name mean an inode, or nothing if ino is 0.
type edit struct {
	name string
	ino  int
}

// now returns a moment and lets n of them pass.
func (m *Mem) now(n int64) int {
	at := m.clock
	m.clock += int(n)
	return at
}

// PendingKind says what a Pending is.
type PendingKind uint8

// The kinds of what a power cut may lose.
const (
	PendingBytes PendingKind = iota + 1 // one version of one sector of a file
	PendingSize                         // a new size of a file
	PendingName                         // a name that was made, renamed, linked or removed
)

// A Pending is one thing that a power cut may lose, whatever it does to the rest.
type Pending struct {
	N      int // its index in Mem.Pending: the order of time
	Op     int // the call that did it, as in the trace
	Kind   PendingKind
	Path   string // the file; for a name the new name, or the one removed
	From   string // the old name, if it is a rename inside one directory
	Offset int64  // of bytes, a multiple of 512
	Size   int64  // the new size
	Gone   bool   // the name was removed

	ino int
}

func (p Pending) String() string {
	switch {
	case p.Kind == PendingBytes:
		return fmt.Sprintf("bytes %s @%d", p.Path, p.Offset)
	case p.Kind == PendingSize:
		return fmt.Sprintf("size %s %d", p.Path, p.Size)
	case p.From != "":
		return fmt.Sprintf("rename %s %s", p.From, p.Path)
	case p.Gone:
		return "gone " + p.Path
	}
	return "name " + p.Path
}

// Pending lists what a power cut may lose now, in order of time. What no name
// can lead to after a power cut is left out.
func (m *Mem) Pending() []Pending {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []Pending
	for _, s := range slotsOf(m.reach()) {
		n := int64(1)
		if s.change != nil {
			n = max(1, s.change.count)
		}
		for i := range n {
			list = append(list, s.pending(len(list), i))
		}
	}
	return list
}

// A slot is a change or a rename, and where it belongs.
type slot struct {
	node   *node
	path   string
	change *change
	rename *rename
}

func (s slot) at() int {
	if s.change != nil {
		return s.change.at
	}
	return s.rename.at
}

// pending describes the slot's i-th sector, or its only thing.
func (s slot) pending(n int, i int64) Pending {
	p := Pending{N: n, Path: s.path, ino: s.node.ino}
	if c := s.change; c != nil {
		p.Op, p.Kind, p.Size = c.op, PendingSize, c.size
		if c.count > 0 {
			p.Kind, p.Offset = PendingBytes, (c.sector+i)*sectorBytes
		}
		return p
	}
	p.Op, p.Kind = s.rename.op, PendingName
	last := s.rename.edits[len(s.rename.edits)-1]
	p.Path, p.Gone = path.Join(s.path, last.name), last.ino == 0
	if len(s.rename.edits) > 1 {
		p.From = path.Join(s.path, s.rename.edits[0].name)
	}
	return p
}

// slotsOf lists what is pending on all, in order of time.
func slotsOf(all []reached) []slot {
	var list []slot
	for i, r := range all {
		n := r.node
		if len(n.changes)+len(n.renames) == 0 {
			continue
		}
		path := pathOf(all, i)
		for i := range n.changes {
			list = append(list, slot{node: n, path: path, change: &n.changes[i]})
		}
		for i := range n.renames {
			list = append(list, slot{node: n, path: path, rename: &n.renames[i]})
		}
	}
	slices.SortFunc(list, func(a, b slot) int { return a.at() - b.at() })
	return list
}

// A reached is an inode and the name it was reached by.
type reached struct {
	node *node
	up   int // index of its directory; the root's is its own
	name string
}

// reach lists every inode that a name leads to now or may lead to after a power
// cut: first those that have a name now, by it.
func (m *Mem) reach() []reached {
	seen := make([]bool, len(m.nodes))
	list := []reached{{node: m.nodes[rootIno]}}
	add := func(up int, name string, ino int) {
		if ino != 0 && !seen[ino] {
			seen[ino] = true
			list = append(list, reached{m.nodes[ino], up, name})
		}
	}
	for i := 0; i < len(list); i++ {
		for _, e := range list[i].node.names {
			add(i, e.name, e.ino)
		}
	}
	for i := 0; i < len(list); i++ {
		n := list[i].node
		for _, e := range n.names {
			add(i, e.name, e.ino)
		}
		for _, e := range n.durable {
			add(i, e.name, e.ino)
		}
		for _, r := range n.renames {
			for _, e := range r.edits {
				add(i, e.name, e.ino)
			}
		}
	}
	return list
}

// pathOf returns the path of the i-th of list, "" for the root.
func pathOf(list []reached, i int) string {
	var parts []string
	for ; i != 0; i = list[i].up {
		parts = append(parts, list[i].name)
	}
	slices.Reverse(parts)
	return strings.Join(parts, "/")
}
