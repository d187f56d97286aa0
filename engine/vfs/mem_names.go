package vfs

import (
	"errors"
	"io/fs"
	"syscall"
)

// Mkdir implements FS.
func (m *Mem) Mkdir(name string, perm fs.FileMode) error {
	return m.do(Op{Kind: KindMkdir, Path: name}, func(op Op) error {
		at, err := m.lookup(name)
		if err != nil {
			return err
		}
		if at.node != nil {
			return syscall.EEXIST
		}
		m.create(at, true, perm, op.N)
		return nil
	})
}

// Remove implements FS.
func (m *Mem) Remove(name string) error {
	return m.do(Op{Kind: KindRemove, Path: name}, func(op Op) error {
		at, err := m.lookup(name)
		switch {
		case err != nil:
			return err
		case at.node == nil:
			return syscall.ENOENT
		case at.parent == nil:
			return syscall.EBUSY
		case len(at.node.names) > 0:
			return syscall.ENOTEMPTY
		}
		m.edit(at.parent, op.N, edit{name: at.base})
		return nil
	})
}

// Link implements FS.
func (m *Mem) Link(oldname, newname string) error {
	return m.do(Op{Kind: KindLink, Path: oldname, To: newname}, func(op Op) error {
		from, err := m.find(oldname)
		if err != nil {
			return err
		}
		to, err := m.lookup(newname)
		switch {
		case err != nil:
			return err
		case to.node != nil:
			return syscall.EEXIST
		case from.dir:
			return syscall.EPERM
		}
		m.edit(to.parent, op.N, edit{to.base, from.ino})
		return nil
	})
}

// Rename implements FS.
func (m *Mem) Rename(oldname, newname string) error {
	return m.do(Op{Kind: KindRename, Path: oldname, To: newname}, func(op Op) error {
		from, err := m.lookup(oldname)
		if err != nil {
			return err
		}
		to, err := m.lookup(newname)
		if err == nil {
			err = m.canRename(from, to)
		}
		if err != nil || from.node == to.node {
			return err
		}
		gone, come := edit{name: from.base}, edit{to.base, from.node.ino}
		if from.parent == to.parent {
			m.edit(to.parent, op.N, gone, come)
			return nil
		}
		m.edit(to.parent, op.N, come)
		m.edit(from.parent, op.N, gone)
		return nil
	})
}

func (m *Mem) canRename(from, to place) error {
	switch {
	case from.parent == nil || to.parent == nil:
		return syscall.EBUSY
	case from.node == nil:
		return syscall.ENOENT
	case from.node.dir && m.inside(to.parent, from.node):
		return syscall.EINVAL
	case to.node != nil && to.node.dir && m.inside(from.parent, to.node):
		return syscall.ENOTEMPTY
	case to.node == nil || to.node == from.node:
		return nil
	case from.node.dir && !to.node.dir:
		return syscall.ENOTDIR
	case !from.node.dir && to.node.dir:
		return syscall.EISDIR
	case len(to.node.names) > 0:
		return syscall.ENOTEMPTY
	}
	return nil
}

// SyncDir implements FS.
func (m *Mem) SyncDir(name string) error {
	return m.run(Op{Kind: KindSyncDir, Path: name}, func(op Op, fault error) error {
		n, err := m.find(name)
		switch {
		case err != nil:
			return err
		case !n.dir:
			return syscall.ENOTDIR
		case errors.Is(fault, ErrSkipSync):
			return nil
		case fault != nil:
			n.doomNames()
			return fault
		}
		n.commitNames()
		m.sweep()
		return nil
	})
}
