package runs

import (
	"errors"
	"slices"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A Rehearsal is what is kept of one.
type Rehearsal struct {
	Script  Script
	Sources []Source
	Before  State // of the live database
	After   State // of the clone
	Took    time.Duration
	Problem *Problem // what it failed of; nil if it went through
}

// Save keeps a rehearsal under the id that Reserve gave.
func (s Store) Save(id string, r Rehearsal) error {
	if r.Problem != nil {
		r.Problem = r.Problem.cut()
	}
	_, _, err := s.publish(id, &Record{Kind: KindRehearsal, Format: Format, Time: s.stamp(), State: r.Before, After: &r.After,
		Script: &r.Script, Sources: r.Sources, Problem: r.Problem, Millis: millis(r.Took)})
	return err
}

// A Place is the folder of a rehearsal that goes on: runs/<id>.tmp. Its LOCK tells it
// from what a killed one left.
type Place struct {
	ID  string
	Dir string

	store Store
	lock  vfs.File
}

const nameLock = "LOCK"

// Reserve makes the folder for the clone of a rehearsal.
func (s Store) Reserve() (*Place, error) {
	if err := s.makeFolder(); err != nil {
		return nil, err
	}
	for {
		id, err := s.newID("r")
		if err != nil {
			return nil, err
		}
		p := &Place{ID: id, Dir: s.path(id + vfs.TempSuffix), store: s}
		err = s.FS.Mkdir(p.Dir, vfs.DirPerm)
		if vfs.IsExist(err) {
			continue // another process was quicker
		}
		if err == nil {
			p.lock, err = s.FS.Lock(p.Dir + "/" + nameLock)
		}
		if err != nil {
			return nil, vfs.Wrap(err, "rehearse", display(id+vfs.TempSuffix))
		}
		return p, nil
	}
}

// Remove removes the folder with all that is in it.
func (p *Place) Remove() error {
	err := vfs.RemoveAll(p.store.FS, p.Dir) // while it is locked, so that nobody sweeps it too
	_ = p.lock.Close()                      // nothing was written
	if err != nil {
		return vfs.Wrap(err, "rehearse", display(p.ID+vfs.TempSuffix))
	}
	return nil
}

// Leftovers lists what killed processes left in the folder: temporary files, and the
// clones of rehearsals that do not go on any more. What has none of this package's names
// is unknown.
func (s Store) Leftovers() (left, unknown []string, err error) {
	names, err := s.names()
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		_, temporary, ok := ParseFileName(name)
		if !ok {
			unknown = append(unknown, name)
		}
		if !temporary || !ok {
			continue
		}
		f, err := s.FS.LockShared(s.path(name + "/" + nameLock))
		if errors.Is(err, vfs.ErrLocked) {
			continue // it goes on
		}
		if err == nil {
			_ = f.Close() // nothing was written
		}
		left = append(left, name)
	}
	return left, unknown, nil
}

// Sweep removes the clones of rehearsals that were killed, and returns their names. It may
// be called beside a process that has the database open.
func (s Store) Sweep() (swept []string, err error) {
	names, _, err := s.Leftovers()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		lock, err := s.FS.Lock(s.path(name + "/" + nameLock))
		if err != nil {
			continue // no clone, or another process is at it: the next open looks again
		}
		err = vfs.RemoveAll(s.FS, s.path(name))
		_ = lock.Close() // nothing was written
		if err != nil {
			return swept, vfs.Wrap(err, "rehearse", display(name))
		}
		swept = append(swept, display(name))
	}
	return swept, nil
}

// Unchanged returns why a rehearsal no longer tells what the real run will do, nil if it
// does: the script, its modules, its arguments and the database must be what they were.
func (r *Run) Unchanged(script Script, read func(name string) ([]byte, error), now State) error {
	if r.Outcome != Rehearsed {
		what := "is a run, not a rehearsal"
		if IsRehearsal(r.ID) {
			what = "is a rehearsal that failed"
		}
		return dberr.New(dberr.ScriptChanged, "%s %s", r.ID, what).WithHint("rehearse it: aerodb rehearse %s", script.Path)
	}
	if err := r.SameScript(script, read); err != nil {
		return dberr.From(err).WithHint("rehearse it again: aerodb rehearse %s", script.Path)
	}
	if now != r.First {
		return dberr.New(dberr.ScriptChanged, "the database has moved since the rehearsal %s: %s", r.ID, moved(r.First, now)).
			WithHint("rehearse it again: aerodb rehearse %s", script.Path)
	}
	return nil
}

// SameScript returns how the script differs from the one that was run, nil if it does not:
// path, working directory, arguments, and the content of every file of Lua that was read.
func (r *Run) SameScript(script Script, read func(name string) ([]byte, error)) error {
	changed := func(format string, args ...any) *dberr.Error {
		return dberr.New(dberr.ScriptChanged, format, args...).WithHint("run the script from its start: aerodb run %s", script.Path)
	}
	was := r.Script
	switch {
	case script.Path != was.Path:
		return changed("%s was of the script %s, not of %s", r.ID, was.Path, script.Path)
	case script.Directory != was.Directory:
		return changed("%s was started in %s, not in %s: relative names would mean other files", r.ID, was.Directory, script.Directory).
			WithHint("go there: cd %s", was.Directory)
	case script.ArgsSHA256 != was.ArgsSHA256:
		return changed("the arguments are not those of %s: they were %q, they are %q", r.ID, was.Args, script.Args)
	}
	for _, source := range r.Sources {
		content, err := read(source.Name)
		if err != nil {
			return changed("%s cannot be read any more: %w", source.Name, err)
		}
		if NewSource(source.Name, content) != source {
			return changed("%s has changed since %s", source.Name, r.ID)
		}
	}
	return nil
}

// AddSource adds a file of Lua to a list, once.
func AddSource(list []Source, name string, content []byte) []Source {
	source := NewSource(name, content)
	if slices.Contains(list, source) {
		return list
	}
	return append(list, source)
}
