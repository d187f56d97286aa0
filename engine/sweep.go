package engine

import (
	"path"
	"slices"
	"strings"

	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/engine/wal"
)

// A sweeper finds files that a crash left. It runs after recovery succeeded and
// under the lock, and takes only names that AeroDB makes itself and that CHECKPOINT
// does not reach; whatever else lies there is named and left alone.
type sweeper struct {
	db        *DB
	leftovers []string
	unknown   []string
	dirs      []string // that lose a name
}

// A claim says whether a name belongs to the database, or is what a crash may
// leave; neither means that it is unknown.
type claim func(name string) (belongs, leftover bool)

func (s *sweeper) look() error {
	db := s.db
	folders := []struct {
		dir   string
		claim claim
	}{
		{"", s.top},
		{nameGenerations, s.generations},
		{db.gen.dir(), s.generation},
		{db.gen.metadata(), func(name string) (bool, bool) { return name == nameSchemas, false }},
		{db.gen.schemas(), s.schemas},
		{db.gen.segments(), s.segments},
		{db.gen.wal(), s.wal},
		{nameSnapshots, s.snapshots},
	}
	if err := s.lookAtRuns(); err != nil {
		return err
	}
	for _, f := range folders {
		entries, err := db.fs.ReadDir(db.path(f.dir))
		if err != nil {
			return vfs.Wrap(err, "recovery.sweep", f.dir)
		}
		for _, e := range entries {
			belongs, leftover := f.claim(e.Name())
			switch {
			case leftover:
				s.leftovers = append(s.leftovers, path.Join(f.dir, e.Name()))
				if !slices.Contains(s.dirs, f.dir) {
					s.dirs = append(s.dirs, f.dir)
				}
			case !belongs:
				s.unknown = append(s.unknown, path.Join(f.dir, e.Name()))
			}
		}
	}
	return nil
}

func (s *sweeper) top(name string) (belongs, leftover bool) {
	switch name {
	case nameLock, nameCurrent, nameGenerations, nameSnapshots, nameRuns, nameHistory, nameHistory + historyOlder:
		return true, false
	}
	return false, name == nameCurrent+suffixTemporary || name == nameRestoring
}

// generations claims the live generation and the one a restore replaced. Another one
// is what an interrupted restore, undo or drop left.
func (s *sweeper) generations(name string) (belongs, leftover bool) {
	if name == string(s.db.gen) || name == s.db.previous {
		return true, false
	}
	_, ours := parseGeneration(strings.TrimSuffix(name, suffixTemporary))
	return false, ours
}

func (s *sweeper) generation(name string) (belongs, leftover bool) {
	switch name {
	case nameDatabase, nameCheckpoint, nameMetadata, nameSegments, nameWAL:
		return true, false
	}
	return false, name == nameCheckpoint+suffixTemporary || name == nameDatabase+suffixTemporary
}

func (s *sweeper) schemas(name string) (belongs, leftover bool) {
	for _, f := range s.db.catalog.Load().files {
		if f.File == name {
			return true, false
		}
	}
	// A registration writes the file before its record: without one it never happened.
	base := strings.TrimSuffix(name, suffixTemporary)
	return false, strings.HasSuffix(base, ".json") && strings.Contains(base, "_")
}

func (s *sweeper) segments(name string) (belongs, leftover bool) {
	number, ours := segment.ParseFileName(name)
	for _, e := range s.db.manifest.Segments {
		if ours && e.Number == number {
			return true, false
		}
	}
	return false, ours
}

func (s *sweeper) wal(name string) (belongs, leftover bool) {
	if name == s.db.manifest.WAL.File {
		return true, false
	}
	_, ours := wal.ParseFileName(strings.TrimSuffix(name, suffixTemporary))
	return false, ours
}

func (s *sweeper) snapshots(name string) (belongs, leftover bool) {
	base, temporary := strings.CutSuffix(name, suffixTemporary)
	_, ours := parseSnapshotID(base)
	return ours && !temporary, ours && temporary
}

// lookAtRuns finds what killed runs and rehearsals left. One that goes on, beside another
// process that has the database open, is left alone.
func (s *sweeper) lookAtRuns() error {
	left, unknown, err := s.db.Runs().Leftovers()
	if err != nil {
		return err
	}
	for _, name := range left {
		s.leftovers = append(s.leftovers, path.Join(nameRuns, name))
	}
	if len(left) > 0 {
		s.dirs = append(s.dirs, nameRuns)
	}
	for _, name := range unknown {
		s.unknown = append(s.unknown, path.Join(nameRuns, name))
	}
	return nil
}

// sweep removes the leftovers and makes that durable. What will not go stays: it is
// logged, named in the report, and tried again at the next open. Nothing that is
// reachable depends on its being gone, and a segment's number is not met again while
// it lies there.
func (s *sweeper) sweep() {
	db := s.db
	for _, name := range s.leftovers {
		if err := vfs.RemoveAll(db.fs, db.path(name)); err != nil {
			db.log.Warn("recovery.sweep_failed", "file", name, "error", err.Error())
			db.recovery.Unswept = append(db.recovery.Unswept, name)
			db.skipNumber(name)
			continue
		}
		db.recovery.Swept = append(db.recovery.Swept, name)
	}
	for _, dir := range s.dirs {
		if err := db.fs.SyncDir(db.path(dir)); err != nil {
			// A power cut may bring them back, as leftovers.
			db.log.Warn("recovery.sweep_unsynced", "folder", dir, "error", err.Error())
		}
	}
}

// skipNumber leaves the number of a segment to a leftover that has it.
func (db *DB) skipNumber(name string) {
	dir, base := path.Split(name)
	if number, ours := segment.ParseFileName(base); ours && path.Clean(dir) == db.gen.segments() {
		db.nextSegment = max(db.nextSegment, number+1)
	}
}
