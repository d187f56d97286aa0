package vfs

import (
	"io/fs"
	"slices"
	"strings"
	"syscall"
)

// Limits of the model.
const (
	memNameBytesMax = 255
	memFileBytesMax = 1 << 36
)

// rootIno is the inode number of the root. 0 is no inode.
const rootIno = 1

// A node is an inode: a file or a directory. What the process sees and what the
// disk is sure to hold are kept apart; pending changes lead from one to the other.
type node struct {
	ino     int
	dir     bool
	mode    fs.FileMode
	links   int      // names, as the process sees them
	locked  bool     // an open file holds the exclusive lock
	shared  int      // open files that hold the shared lock
	cache   content  // a file's bytes as the process sees them
	disk    content  // as the disk holds them
	changes []change // in order of time
	names   entries  // a directory's names as the process sees them
	durable entries  // as the disk holds them
	renames []rename // in order of time
}

// entries are a directory's names in order. They are never changed in place, so
// images share them.
type entries []entry

type entry struct {
	name string
	ino  int
}

func (e entries) find(name string) (int, bool) {
	return slices.BinarySearchFunc(e, name, func(e entry, name string) int { return strings.Compare(e.name, name) })
}

func (e entries) get(name string) int {
	if i, ok := e.find(name); ok {
		return e[i].ino
	}
	return 0
}

// with returns e after one edit: name is ino, or is gone if ino is 0.
func (e entries) with(d edit) entries {
	i, ok := e.find(d.name)
	if !ok && d.ino == 0 {
		return e
	}
	rest := e[i:]
	if ok {
		rest = e[i+1:]
	}
	out := append(make(entries, 0, len(e)+1), e[:i]...)
	if d.ino != 0 {
		out = append(out, entry(d))
	}
	return append(out, rest...)
}

// A place is where a path leads.
type place struct {
	parent *node  // the directory of the last name; nil for the root
	base   string // the last name; "" for the root
	node   *node  // nil if there is no such name
}

// lookup follows a path. The file itself need not exist, its directory must.
func (m *Mem) lookup(name string) (place, error) {
	if name == "" {
		return place{}, syscall.ENOENT
	}
	if strings.IndexByte(name, 0) >= 0 {
		return place{}, syscall.EINVAL
	}
	at := place{node: m.nodes[rootIno]}
	var above []place
	for _, part := range strings.Split(name, "/") {
		if part == "" {
			continue
		}
		switch {
		case at.node == nil:
			return place{}, syscall.ENOENT
		case !at.node.dir:
			return place{}, syscall.ENOTDIR
		case len(part) > memNameBytesMax:
			return place{}, syscall.ENAMETOOLONG
		case part == ".":
		case part == "..":
			if len(above) > 0 {
				at, above = above[len(above)-1], above[:len(above)-1]
			}
		default:
			above = append(above, at)
			at = place{at.node, part, m.nodes[at.node.names.get(part)]}
		}
	}
	return at, nil
}

// find follows a path to a file that exists.
func (m *Mem) find(name string) (*node, error) {
	at, err := m.lookup(name)
	if err == nil && at.node == nil {
		err = syscall.ENOENT
	}
	return at.node, err
}

// newNode adds an inode.
func (m *Mem) newNode(dir bool, perm fs.FileMode) *node {
	n := &node{ino: len(m.nodes), dir: dir, mode: perm & fs.ModePerm}
	if dir {
		n.mode |= fs.ModeDir
	}
	m.nodes = append(m.nodes, n)
	return n
}

// create gives a new inode the name at a place that is free.
func (m *Mem) create(at place, dir bool, perm fs.FileMode, op int) *node {
	n := m.newNode(dir, perm)
	m.edit(at.parent, op, edit{at.base, n.ino})
	return n
}

// edit changes names in one directory, all or none at a power cut.
func (m *Mem) edit(dir *node, op int, edits ...edit) {
	for _, e := range edits {
		if old := m.nodes[dir.names.get(e.name)]; old != nil {
			if old.links--; old.links == 0 {
				m.waste += 1 + len(old.cache.pages)
			}
		}
		if e.ino != 0 {
			m.nodes[e.ino].links++
		}
		dir.names = dir.names.with(e)
	}
	dir.renames = append(dir.renames, rename{at: m.now(1), op: op, edits: edits})
}

// inside reports whether n is dir or lies below it.
func (m *Mem) inside(n, dir *node) bool {
	if n == dir {
		return true
	}
	for _, e := range dir.names {
		if c := m.nodes[e.ino]; c.dir && m.inside(n, c) {
			return true
		}
	}
	return false
}
