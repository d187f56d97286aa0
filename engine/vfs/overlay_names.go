package vfs

import (
	"cmp"
	"io/fs"
	"path"
	"syscall"
)

// Mkdir implements FS.
func (o *Overlay) Mkdir(name string, perm fs.FileMode) error {
	s, err := o.spot(name)
	switch {
	case err != nil:
		return err
	case s.moved != "":
		return o.base.Mkdir(s.moved, perm)
	case s.layer != nowhere:
		return &fs.PathError{Op: "mkdir", Path: name, Err: syscall.EEXIST}
	}
	if err := o.makeParent(s, name); err != nil {
		return err
	}
	return o.base.Mkdir(s.upper, perm)
}

// Rename implements FS.
func (o *Overlay) Rename(oldname, newname string) error {
	return o.give("rename", oldname, newname, o.base.Rename, true)
}

// Link implements FS.
func (o *Overlay) Link(oldname, newname string) error {
	return o.give("link", oldname, newname, o.base.Link, false)
}

// give gives a file another name; taken says that it loses the old one.
func (o *Overlay) give(op, oldname, newname string, call func(old, new string) error, taken bool) error {
	from, err := o.own(op, oldname)
	if err != nil {
		return err
	}
	to, err := o.spot(newname)
	if err != nil {
		return err
	}
	old, target := cmp.Or(from.moved, from.upper), cmp.Or(to.moved, to.upper)
	if to.moved == "" {
		info, err := o.base.Stat(old)
		if err == nil && info.IsDir() && to.layer == lower {
			err = &fs.PathError{Op: op, Path: newname, Err: syscall.ENOTDIR}
		}
		if err == nil {
			err = o.target(op, to, newname, taken)
		}
		if err != nil {
			return err
		}
	}
	if err := call(old, target); err != nil {
		return err
	}
	if taken && from.moved == "" {
		o.hide(from.name)
	}
	return nil
}

// target makes ready what a file gets as its new name.
func (o *Overlay) target(op string, to spot, name string, replace bool) error {
	below, err := o.below(to)
	if err != nil {
		return err
	}
	if to.layer != nowhere && !replace {
		return &fs.PathError{Op: op, Path: name, Err: syscall.EEXIST}
	}
	if below == lower {
		if info, err := o.base.Stat(to.name); err != nil || !info.Mode().IsRegular() {
			return cmp.Or(err, error(&fs.PathError{Op: op, Path: name, Err: ErrOutside}))
		}
	}
	return o.makeParent(to, name)
}

// own returns the spot of a name that is to change, in the overlay's own version.
func (o *Overlay) own(op, name string) (spot, error) {
	s, err := o.spot(name)
	if err != nil || s.moved != "" {
		return s, err
	}
	switch s.layer {
	case nowhere:
		return s, &fs.PathError{Op: op, Path: name, Err: syscall.ENOENT}
	case lower:
		info, err := o.base.Stat(s.name)
		if err == nil && info.IsDir() {
			err = &fs.PathError{Op: op, Path: name, Err: syscall.EXDEV}
		}
		if err == nil {
			err = o.copyUp(s, name, false)
		}
		return s, err
	}
	below, err := o.below(s)
	if err == nil && below == lower {
		if info, serr := o.base.Stat(s.name); serr == nil && info.IsDir() {
			err = &fs.PathError{Op: op, Path: name, Err: syscall.EXDEV}
		}
	}
	return s, err
}

// Remove implements FS.
func (o *Overlay) Remove(name string) error {
	s, err := o.spot(name)
	switch {
	case err != nil:
		return err
	case s.moved != "":
		return o.base.Remove(s.moved)
	case s.layer == nowhere:
		return &fs.PathError{Op: "remove", Path: name, Err: syscall.ENOENT}
	}
	list, err := o.ReadDir(name)
	if err == nil && len(list) > 0 {
		return &fs.PathError{Op: "remove", Path: name, Err: syscall.ENOTEMPTY}
	}
	if err != nil && !IsNotDir(err) {
		return err
	}
	below, err := o.below(s)
	if err == nil && below == lower {
		err = o.writable(path.Dir(s.name))
	}
	if err == nil && s.layer == upper {
		err = o.base.Remove(s.upper)
	}
	if err == nil && below == lower {
		o.hide(s.name)
	}
	return err
}
