package vfs

import (
	"io/fs"
	"path"
	"syscall"
	"time"
)

// Stat implements FS.
func (m *Mem) Stat(name string) (fs.FileInfo, error) {
	var info memInfo
	err := m.do(Op{Kind: KindStat, Path: name}, func(Op) error {
		n, err := m.find(name)
		if err == nil {
			info = n.info(path.Base(name))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return info, nil
}

// ReadDir implements FS.
func (m *Mem) ReadDir(name string) ([]fs.DirEntry, error) {
	var list []fs.DirEntry
	err := m.do(Op{Kind: KindReadDir, Path: name}, func(Op) error {
		n, err := m.find(name)
		if err == nil && !n.dir {
			err = syscall.ENOTDIR
		}
		if err != nil {
			return err
		}
		list = make([]fs.DirEntry, 0, len(n.names))
		for _, e := range n.names {
			list = append(list, m.nodes[e.ino].info(e.name))
		}
		return nil
	})
	return list, err
}

// memInfo is the fs.FileInfo and fs.DirEntry of a node.
type memInfo struct {
	name string
	size int64
	mode fs.FileMode
	stat *memStat
}

// memStat is the Sys of a memInfo.
type memStat struct{ links, ino int }

func (n *node) info(name string) memInfo {
	return memInfo{name, n.cache.size, n.mode, &memStat{n.links, n.ino}}
}

func (i memInfo) Name() string               { return i.name }
func (i memInfo) Size() int64                { return i.size }
func (i memInfo) Mode() fs.FileMode          { return i.mode }
func (i memInfo) Type() fs.FileMode          { return i.mode.Type() }
func (i memInfo) ModTime() time.Time         { return time.Time{} }
func (i memInfo) IsDir() bool                { return i.mode.IsDir() }
func (i memInfo) Sys() any                   { return i.stat }
func (i memInfo) Info() (fs.FileInfo, error) { return i, nil }
func (i memInfo) String() string             { return fs.FormatDirEntry(i) }
