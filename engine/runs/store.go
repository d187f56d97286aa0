package runs

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// Names in the folder.
const (
	suffixJournal   = ".journal"
	suffixRehearsal = ".rehearsal"
	stampLayout     = "20060102T150405Z"
)

// A Store is the folder of the journals. Only a process that has the database open for
// writing may call Begin, Resume and Prune.
type Store struct {
	FS  vfs.FS
	Dir string // <data_dir>/runs
	Now func() time.Time
}

func (s Store) path(name string) string { return path.Join(s.Dir, name) }

// display is how errors name a file: relative to the data directory.
func display(name string) string { return path.Join("runs", name) }

func (s Store) stamp() string { return s.Now().UTC().Format(time.RFC3339) }

// fileName is the file of an id.
func fileName(id string) string {
	if IsRehearsal(id) {
		return id + suffixRehearsal
	}
	return id + suffixJournal
}

// parseID reads an id that newID makes.
func parseID(id string) (number int, rehearsal, ok bool) {
	stamp, digits, found := strings.Cut(id, "-")
	if _, err := time.Parse(stampLayout, stamp); err != nil || !found {
		return 0, false, false
	}
	digits, rehearsal = strings.CutPrefix(digits, "r")
	n, err := strconv.Atoi(digits)
	return n, rehearsal, err == nil && n > 0 && strconv.Itoa(n) == digits
}

// IsRehearsal reports whether an id is that of a rehearsal.
func IsRehearsal(id string) bool {
	_, rehearsal, _ := parseID(id)
	return rehearsal
}

// ParseFileName reads the name of a file or folder that this package makes in runs/; a
// temporary one may be what a crash left.
func ParseFileName(name string) (id string, temporary, ok bool) {
	base, temporary := strings.CutSuffix(name, vfs.TempSuffix)
	id = base
	for _, suffix := range []string{suffixJournal, suffixRehearsal} {
		id = strings.TrimSuffix(id, suffix)
	}
	_, _, ok = parseID(id)
	return id, temporary, ok && (temporary || id != base)
}

// names lists the folder; without one there is nothing.
func (s Store) names() ([]string, error) {
	entries, err := s.FS.ReadDir(s.Dir)
	if vfs.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, vfs.Wrap(err, "runs.list", "runs")
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

// IDs lists the ids of journals and rehearsals, oldest first.
func (s Store) IDs() ([]string, error) {
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, name := range names {
		if id, temporary, ok := ParseFileName(name); ok && !temporary {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		if c := strings.Compare(a[:len(stampLayout)], b[:len(stampLayout)]); c != 0 {
			return c
		}
		x, _, _ := parseID(a)
		y, _, _ := parseID(b)
		if x != y {
			return x - y
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(ids), nil
}

// newID returns an id that no name in the folder has.
func (s Store) newID(prefix string) (string, error) {
	names, err := s.names()
	if err != nil {
		return "", err
	}
	stamp := s.Now().UTC().Format(stampLayout)
	for n := 1; ; n++ {
		id := fmt.Sprintf("%s-%s%d", stamp, prefix, n)
		if !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, id+".") }) {
			return id, nil
		}
	}
}

// makeFolder makes the folder and its name durable.
func (s Store) makeFolder() error {
	if err := vfs.MkdirAll(s.FS, s.Dir); err != nil {
		return vfs.Wrap(err, "runs.create", "runs")
	}
	// It may be there because a process died between making and syncing it.
	if err := s.FS.SyncDir(path.Dir(s.Dir)); err != nil {
		return vfs.Wrap(err, "runs.create", "runs")
	}
	return nil
}

// publish makes the file of the first record, whole or not at all.
func (s Store) publish(id string, r *Record) (size int64, sum uint32, err error) {
	line, sum, err := encode(r, seed(id))
	if err != nil {
		return 0, 0, err
	}
	name := fileName(id)
	if err := vfs.Publish(s.FS, s.Dir, name, line, vfs.FilePerm); err != nil {
		if errors.Is(err, vfs.ErrUnsynced) {
			_ = s.FS.Remove(s.path(name)) // nothing of the run has happened; the error says why
		}
		return 0, 0, vfs.Wrap(err, "runs.create", display(name))
	}
	return int64(len(line)), sum, nil
}

// List returns all runs and rehearsals, oldest first. What is damaged is listed with its
// Err.
func (s Store) List() ([]Run, error) {
	ids, err := s.IDs()
	if err != nil {
		return nil, err
	}
	list := make([]Run, 0, len(ids))
	for _, id := range ids {
		run, err := s.Load(id)
		if err != nil {
			run.ID, run.Err = id, dberr.From(err)
		}
		list = append(list, run)
	}
	return list, nil
}

// Prune removes all runs and rehearsals but the newest keep, and returns what it removed,
// oldest first.
func (s Store) Prune(keep int) (removed []string, err error) {
	if keep < 0 {
		return nil, dberr.New(dberr.ConfigInvalid, "%d runs cannot be kept", keep)
	}
	ids, err := s.IDs()
	if err != nil {
		return nil, err
	}
	for _, id := range ids[:max(0, len(ids)-keep)] {
		if err := s.FS.Remove(s.path(fileName(id))); err != nil {
			return removed, vfs.Wrap(err, "runs.prune", display(fileName(id)))
		}
		removed = append(removed, id)
	}
	if len(removed) > 0 {
		if err := s.FS.SyncDir(s.Dir); err != nil {
			return removed, vfs.Wrap(err, "runs.prune", "runs")
		}
	}
	return removed, nil
}
