package vfs

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
)

// ReadDir implements FS.
func (o *Overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	s, err := o.spot(name)
	switch {
	case err != nil:
		return nil, err
	case s.moved != "":
		return o.base.ReadDir(s.moved)
	case s.layer == nowhere:
		return nil, &fs.PathError{Op: "open", Path: name, Err: syscall.ENOENT}
	}
	var list []fs.DirEntry
	if s.layer == upper {
		if list, err = o.base.ReadDir(s.upper); err != nil {
			return nil, err
		}
	}
	below, err := o.below(s)
	if err != nil || below == nowhere {
		return list, err
	}
	was, err := o.base.ReadDir(s.name)
	if err != nil {
		return nil, err
	}
	own := len(list)
	for _, e := range was {
		same := func(mine fs.DirEntry) bool { return mine.Name() == e.Name() }
		if !slices.ContainsFunc(list[:own], same) && !o.hides(path.Join(s.name, e.Name())) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, nil
}

// A Change is a file that is not what it was.
type Change struct {
	Name    string // resolved
	Bytes   int64
	Existed bool // it replaces or changes one that is there
	Removed bool // it would be gone
}

// Changes lists the files outside the moved folder that were written or removed, in the
// order of their names.
func (o *Overlay) Changes() ([]Change, error) {
	var list []Change
	if err := o.walk("", &list); err != nil {
		return nil, err
	}
	o.mu.Lock()
	names := make([]string, 0, len(o.hidden))
	for name := range o.hidden {
		names = append(names, name)
	}
	o.mu.Unlock()
	for _, name := range names {
		_, err := o.base.Stat(o.upper + name)
		if _, was := o.base.Stat(name); was == nil && missingName(err) {
			list = append(list, Change{Name: name, Existed: true, Removed: true})
		}
	}
	slices.SortFunc(list, func(a, b Change) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

func (o *Overlay) walk(dir string, list *[]Change) error {
	entries, err := o.base.ReadDir(o.upper + dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := dir + "/" + e.Name()
		if e.IsDir() {
			if err := o.walk(name, list); err != nil {
				return err
			}
			continue
		}
		info, err := o.base.Stat(o.upper + name)
		if err != nil {
			return err
		}
		_, err = o.base.Stat(name)
		*list = append(*list, Change{Name: name, Bytes: info.Size(), Existed: err == nil})
	}
	return nil
}
