package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

const (
	backupName = "b.tar" // beside the data directory
	scratchDir = "scratch"
)

// stepBackup writes a backup under a name, over the one before.
func stepBackup() step {
	return step{"backup", func(s *sim) error {
		if _, err := s.db.BackupFile(ctx, backupName, true, nil); err != nil {
			return err
		}
		s.quietly(func() { s.tar = content(s.mem, backupName) })
		return nil
	}, func(m *model) { m.backup = m.clone() }}
}

// stepRestore restores that backup; the database must be closed.
func stepRestore() step {
	return step{"restore", func(s *sim) error {
		s.quietly(s.keepFiles)
		_, err := engine.Restore(ctx, s.options(s.mem), bytes.NewReader(s.tar), engine.RestoreOptions{})
		return err
	}, func(m *model) {
		before := m.clone()
		*m = *m.backup.clone()
		m.backup, m.removed = before.backup, before.removed
		if before.made {
			m.previous = before
		}
		m.made = true
	}}
}

// keepFiles notes what the generation holds that a restore is to replace.
func (s *sim) keepFiles() {
	current, dir, err := currentOf(s.mem)
	if err != nil || current.Previous != "" {
		return // there is none, or the restore is taken again
	}
	s.kept = map[string][]byte{}
	for _, name := range s.mem.Files() {
		if strings.HasPrefix(name, dir+"/") {
			s.kept[name] = content(s.mem, name)
		}
	}
}

func stepUndo() step {
	return step{"undo", func(s *sim) error {
		_, err := engine.UndoRestore(ctx, s.options(s.mem))
		return err
	}, func(m *model) {
		before := m.clone()
		*m = *m.previous.clone()
		m.backup, m.removed = before.backup, before.removed
	}}
}

func stepDrop() step {
	return step{"drop", func(s *sim) error {
		_, err := engine.DropPrevious(ctx, s.options(s.mem))
		return err
	}, func(m *model) { m.previous = nil }}
}

// stepDrill drills that backup beside the data directory. What an interrupted drill
// left there is taken away first, as its error says.
func stepDrill() step {
	return step{"drill", func(s *sim) error {
		options := s.options(s.mem)
		options.Dir = scratchDir
		s.quietly(func() { _ = vfs.RemoveAll(s.mem, scratchDir) })
		r, err := engine.Drill(ctx, options, bytes.NewReader(s.tar), engine.RestoreOptions{})
		if err == nil && !r.OK {
			err = problemsError(r.Problems)
		}
		return err
	}, nil}
}

func stepVerify() step {
	return step{"verify", func(s *sim) error {
		r, err := s.db.Verify(ctx, nil)
		if err == nil && !r.OK() {
			err = problemsError(r.Problems)
		}
		return err
	}, nil}
}

// problemsError returns as an error what a verification found; an injected one is
// known by its text.
func problemsError(problems []engine.Problem) error {
	for _, p := range problems {
		if strings.Contains(p.Message, errInjected.Error()) {
			return dberr.New(p.Code, "%w: %s", errInjected, p.Message).In(p.File)
		}
	}
	return fmt.Errorf("found %+v", problems)
}

// through goes through the states of a step that is acknowledged in parts. What it returns
// is told how many are.
func (s *sim) through(states []*model) (told func(done int64)) {
	s.flight = states[0]
	return func(done int64) {
		s.now, s.flight = states[done-1], nil
		if int(done) < len(states) {
			s.flight = states[done]
		}
	}
}

// stepImport imports documents, each of which is a batch of its own.
func stepImport(docs ...string) step {
	return step{fmt.Sprintf("import %d batches", len(docs)), func(s *sim) error {
		var states []*model // after each batch that is still to come
		rest := slices.DeleteFunc(slices.Clone(docs), func(d string) bool { return s.now.docs["t v1 "+idOf([]byte(d))] != "" })
		for _, d := range rest {
			next := s.now
			if len(states) > 0 {
				next = states[len(states)-1]
			}
			next = next.clone()
			next.docs["t v1 "+idOf([]byte(d))] = d
			next.sequence++
			s.remember(next)
			states = append(states, next)
		}
		if len(states) == 0 {
			return nil
		}
		told := s.through(states)
		err := s.collection("t", "v1", func(c *engine.Collection) error {
			r, err := c.Import(ctx, strings.NewReader(strings.Join(rest, "\n")), engine.ImportOptions{Progress: func(_, documents int64) { told(documents) }})
			if err == nil && r.Batches != int64(len(rest)) {
				err = errors.New("a batch held several documents")
			}
			return err
		})
		return err
	}, nil}
}

// stepMove moves the documents of v1 to v2; each must be a batch of its own. Taken again
// after a failure it moves the rest.
func stepMove() step {
	return step{"move", func(s *sim) error {
		var states []*model // after each batch that is still to come
		next := s.now
		for _, name := range slices.Sorted(maps.Keys(s.now.docs)) {
			if coll, version, id := splitName(name); coll == "t" && version == "v1" {
				next = next.clone()
				next.docs["t v2 "+id] = next.docs[name]
				delete(next.docs, name)
				next.sequence++
				s.remember(next)
				states = append(states, next)
			}
		}
		if len(states) == 0 {
			return nil
		}
		told := s.through(states)
		return s.collection("t", "v2", func(c *engine.Collection) error {
			r, err := c.MoveFrom(ctx, "v1", func(done, _ int64) { told(done) })
			if err == nil && (r.Batches != int64(len(states)) || r.Documents != r.Batches) {
				err = fmt.Errorf("moved %d documents of %d in %d batches", r.Documents, len(states), r.Batches)
			}
			return err
		})
	}, nil}
}

// stepGone is a new disk, with the backup on it and nothing else.
func stepGone() step {
	return step{"a new disk", func(s *sim) error {
		m := vfs.NewMem()
		rewrite(m, backupName, s.tar)
		s.use(m.AfterCrash(vfs.KeepAll))
		return nil
	}, func(m *model) {
		backup := m.backup
		*m = *(&model{}).clone()
		m.backup = backup
	}}
}

// stepLargerLog is a change of the configuration; the log grows further then, at the first
// record that does not fit.
func stepLargerLog() step {
	return step{"larger log", func(s *sim) error { s.walMax = 2 * engine.WALSizeMin; return nil }, nil}
}
