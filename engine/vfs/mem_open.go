package vfs

import (
	"io/fs"
	"syscall"
)

// OpenFile implements FS.
func (m *Mem) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	op := Op{Kind: m.openKind(name, flag), Path: name}
	var f *memFile
	err := m.do(op, func(op Op) (err error) {
		f, err = m.openFile(op, flag, perm)
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// openKind says what opening name would do.
func (m *Mem) openKind(name string, flag int) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, err := m.lookup(name)
	switch {
	case err == nil && at.node == nil && flag&O_CREATE != 0:
		return KindCreate
	case err == nil && at.node != nil && flag&O_TRUNC != 0 && flag&O_EXCL == 0:
		return KindTruncate
	}
	return KindOpen
}

func (m *Mem) openFile(op Op, flag int, perm fs.FileMode) (*memFile, error) {
	at, err := m.lookup(op.Path)
	if err != nil {
		return nil, err
	}
	writes := flag&(O_RDWR|O_CREATE|O_TRUNC) != 0
	switch {
	case at.node == nil && flag&O_CREATE == 0:
		return nil, syscall.ENOENT
	case at.node == nil:
		at.node = m.create(at, false, perm, op.N)
	case flag&(O_CREATE|O_EXCL) == O_CREATE|O_EXCL:
		return nil, syscall.EEXIST
	case at.node.dir && writes:
		return nil, syscall.EISDIR
	case flag&O_TRUNC != 0:
		m.resize(at.node, 0, op.N)
	}
	m.open++
	return &memFile{m: m, node: at.node, name: op.Path, writable: flag&O_RDWR != 0}, nil
}

// Lock implements FS. A lock is a matter of this Mem: images start unlocked.
func (m *Mem) Lock(name string) (File, error) {
	return m.lock(Op{Kind: KindLock, Path: name}, O_RDWR|O_CREATE)
}

// LockShared implements FS.
func (m *Mem) LockShared(name string) (File, error) {
	return m.lock(Op{Kind: KindLockShared, Path: name}, O_RDONLY)
}

func (m *Mem) lock(op Op, flag int) (File, error) {
	var f *memFile
	exclusive := op.Kind == KindLock
	err := m.do(op, func(op Op) (err error) {
		if f, err = m.openFile(op, flag, FilePerm); err != nil {
			return err
		}
		if f.node.locked || exclusive && f.node.shared > 0 {
			m.open--
			return ErrLocked
		}
		if exclusive {
			f.node.locked = true
		} else {
			f.node.shared++
		}
		f.locks = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Statfs implements FS; see SetStatfs.
func (m *Mem) Statfs(name string) (s Statfs, err error) {
	err = m.do(Op{Kind: KindStatfs, Path: name}, func(Op) error {
		_, err := m.find(name)
		if err == nil {
			s = m.statfs
		}
		return err
	})
	return s, err
}
