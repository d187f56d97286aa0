package vfs

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"sync"
	"syscall"
)

// ErrOutside says that what was to be changed is no file of which an Overlay could keep a
// version of its own: a device, a pipe, a folder that is not new.
var ErrOutside = errors.New("it is no regular file, so a change of it could not be kept apart")

// An Overlay is a file system whose changes stay apart. It shows what is there; what is
// created, changed, renamed or removed is so for those who look through it, and lies in
// a folder of its own. One folder, with all below it, is looked for in another place, where
// it is read and written.
//
// So a program runs as it always does, finds the results of what it did, and the files
// outside stay as they are. Syncs of names outside do nothing: the folder is thrown away.
// Files of which nothing is changed are not copied. Renaming a folder that was there before is
// refused as a rename between two devices is.
type Overlay struct {
	base  FS
	upper string // holds what was changed, under its whole name
	from  string // this folder, resolved
	to    string // lies here

	mu     sync.Mutex
	hidden map[string]bool // names that were there and are removed, with all below
}

// NewOverlay returns an overlay of base that keeps what changes in the folder upper, which
// must exist, and finds the folder from in the place to.
func NewOverlay(base FS, upper, from, to string) (*Overlay, error) {
	from, err := Resolve(base, from)
	if err != nil {
		return nil, err
	}
	return &Overlay{base: base, upper: upper, from: from, to: to, hidden: map[string]bool{}}, nil
}

// A spot is where a name lies.
type spot struct {
	name  string // resolved
	moved string // where it is if it lies below Overlay.from; "" otherwise
	upper string // where the overlay's own version is, or would be
	layer layer
}

type layer uint8

const (
	nowhere layer = iota
	lower         // as it was
	upper         // the overlay's own
)

func (o *Overlay) spot(name string) (spot, error) {
	full, err := Resolve(o.base, name)
	if err != nil {
		return spot{}, err
	}
	s := spot{name: full, upper: o.upper + full}
	if full == o.from || strings.HasPrefix(full, strings.TrimSuffix(o.from, "/")+"/") {
		s.moved = path.Join(o.to, strings.TrimPrefix(full, o.from))
		return s, nil
	}
	s.layer, err = o.layer(s)
	return s, err
}

func (o *Overlay) layer(s spot) (layer, error) {
	if _, err := o.base.Stat(s.upper); err == nil {
		return upper, nil
	} else if !missingName(err) {
		return nowhere, err
	}
	return o.below(s)
}

// below is the layer without the overlay's own version.
func (o *Overlay) below(s spot) (layer, error) {
	if o.hides(s.name) {
		return nowhere, nil
	}
	_, err := o.base.Stat(s.name)
	switch {
	case err == nil:
		return lower, nil
	case missingName(err):
		return nowhere, nil
	}
	return nowhere, err
}

func missingName(err error) bool { return IsNotExist(err) || IsNotDir(err) }

func (o *Overlay) hides(name string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for ; ; name = path.Dir(name) {
		if o.hidden[name] {
			return true
		}
		if name == "/" || name == "." {
			return false
		}
	}
}

func (o *Overlay) hide(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hidden[name] = true
}

// real is where to find what has the name.
func (o *Overlay) real(op, name string) (string, error) {
	s, err := o.spot(name)
	switch {
	case err != nil:
		return "", err
	case s.moved != "":
		return s.moved, nil
	case s.layer == upper:
		return s.upper, nil
	case s.layer == lower:
		return s.name, nil
	}
	return "", &fs.PathError{Op: op, Path: name, Err: syscall.ENOENT}
}

// Real returns the name under which base has what the overlay shows as name.
func (o *Overlay) Real(name string) (string, error) { return o.real("open", name) }

func (o *Overlay) resolve(name string) (string, error) { return Resolve(o.base, name) }
func (o *Overlay) writable(dir string) error {
	if r, ok := o.base.(resolver); ok {
		return r.writable(dir)
	}
	return nil
}

// OpenFile implements FS.
func (o *Overlay) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	if flag&(O_RDWR|O_CREATE|O_TRUNC) == 0 {
		real, err := o.real("open", name)
		if err != nil {
			return nil, err
		}
		return o.base.OpenFile(real, flag, perm)
	}
	s, err := o.spot(name)
	if err != nil {
		return nil, err
	}
	if s.moved != "" {
		return o.base.OpenFile(s.moved, flag, perm)
	}
	if err := o.prepare(s, name, flag); err != nil {
		return nil, err
	}
	if s.layer == lower {
		flag &^= O_EXCL
	}
	return o.base.OpenFile(s.upper, flag, perm)
}

// prepare makes the overlay's own version of a file that is to be written, unless it is to
// be created.
func (o *Overlay) prepare(s spot, name string, flag int) error {
	refuse := func(err error) error { return &fs.PathError{Op: "open", Path: name, Err: err} }
	switch {
	case s.layer == nowhere && flag&O_CREATE == 0:
		return refuse(syscall.ENOENT)
	case s.layer == nowhere:
		return o.makeParent(s, name)
	case s.layer == lower && flag&(O_CREATE|O_EXCL) == O_CREATE|O_EXCL:
		return refuse(syscall.EEXIST)
	case s.layer == lower:
		return o.copyUp(s, name, flag&O_TRUNC != 0)
	}
	return nil
}

// copyUp makes the overlay's own version of a file that is there, or an empty one.
func (o *Overlay) copyUp(s spot, name string, empty bool) error {
	info, err := o.base.Stat(s.name)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return &fs.PathError{Op: "open", Path: name, Err: syscall.EISDIR}
	case !info.Mode().IsRegular():
		return &fs.PathError{Op: "open", Path: name, Err: ErrOutside}
	}
	if err := o.writable(s.name); err != nil {
		return err
	}
	if err := MkdirAll(o.base, path.Dir(s.upper)); err != nil {
		return err
	}
	if !empty {
		return CopyFile(o.base, s.name, s.upper, info.Mode().Perm())
	}
	f, err := o.base.OpenFile(s.upper, O_RDWR|O_CREATE|O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	return f.Close()
}

// makeParent makes the folder that the overlay's own version of a new name lies in. The one
// that it is to be seen in must be there, and open to changes.
func (o *Overlay) makeParent(s spot, name string) error {
	parent, err := o.spot(path.Dir(s.name))
	if err != nil {
		return err
	}
	real := parent.upper
	switch parent.layer {
	case nowhere:
		return &fs.PathError{Op: "open", Path: name, Err: syscall.ENOENT}
	case lower:
		real = parent.name
	}
	info, err := o.base.Stat(real)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: name, Err: syscall.ENOTDIR}
	}
	if err == nil && parent.layer == lower {
		err = o.writable(real)
	}
	if err == nil {
		err = MkdirAll(o.base, path.Dir(s.upper))
	}
	return err
}

// Stat implements FS.
func (o *Overlay) Stat(name string) (fs.FileInfo, error) {
	real, err := o.real("stat", name)
	if err != nil {
		return nil, err
	}
	return o.base.Stat(real)
}

// SyncDir implements FS.
func (o *Overlay) SyncDir(name string) error {
	s, err := o.spot(name)
	switch {
	case err != nil:
		return err
	case s.moved != "":
		return o.base.SyncDir(s.moved)
	case s.layer == nowhere:
		return &fs.PathError{Op: "open", Path: name, Err: syscall.ENOENT}
	}
	return nil
}

// Lock implements FS.
func (o *Overlay) Lock(name string) (File, error) {
	s, err := o.spot(name)
	if err != nil {
		return nil, err
	}
	if s.moved != "" {
		return o.base.Lock(s.moved)
	}
	if err := o.prepare(s, name, O_RDWR|O_CREATE); err != nil {
		return nil, err
	}
	return o.base.Lock(s.upper)
}

// LockShared implements FS.
func (o *Overlay) LockShared(name string) (File, error) {
	real, err := o.real("open", name)
	if err != nil {
		return nil, err
	}
	return o.base.LockShared(real)
}

// Statfs implements FS: what is written lies in the overlay's own folder.
func (o *Overlay) Statfs(string) (Statfs, error) { return o.base.Statfs(o.upper) }
