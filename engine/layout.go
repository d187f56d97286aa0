package engine

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The names in a data directory. Paths inside one are relative to it, as errors
// and reports show them.
const (
	nameLock        = "LOCK"
	nameCurrent     = "CURRENT"
	nameHistory     = "HISTORY"
	historyOlder    = ".1" // behind nameHistory
	nameGenerations = "generations"
	nameSnapshots   = "snapshots"
	nameRuns        = "runs"

	nameDatabase   = "DATABASE"
	nameCheckpoint = "CHECKPOINT"
	nameMetadata   = "metadata"
	nameSchemas    = "schemas"
	nameSegments   = "segments"
	nameWAL        = "wal"
	nameManifest   = "manifest.json"

	suffixTemporary = ".tmp"

	// nameRestoring marks a directory in which a restore builds the first generation:
	// without CURRENT, whatever lies there is unfinished and may be swept.
	nameRestoring = "RESTORING" + suffixTemporary

	firstGeneration = "000001"
)

const (
	dirMode  = 0o700
	fileMode = 0o600
)

// generation holds the paths of one whole state, relative to the data directory: a
// folder of generations/, or, if it is empty, a snapshot's folder, which is the data
// directory itself then.
type generation string

func (g generation) isSnapshot() bool { return g == "" }

func (g generation) dir() string {
	if g.isSnapshot() {
		return ""
	}
	return nameGenerations + "/" + string(g)
}

func (g generation) database() string   { return g.join(nameDatabase) }
func (g generation) checkpoint() string { return g.join(nameCheckpoint) }
func (g generation) metadata() string   { return g.join(nameMetadata) }
func (g generation) segments() string   { return g.join(nameSegments) }
func (g generation) wal() string        { return g.join(nameWAL) }

func (g generation) schemas() string {
	if g.isSnapshot() {
		return nameSchemas
	}
	return g.join(nameMetadata + "/" + nameSchemas)
}

// join needs nothing that path.Join does: the names are clean.
func (g generation) join(name string) string {
	if dir := g.dir(); dir != "" {
		return dir + "/" + name
	}
	return name
}

// generationName returns the name of generation n.
func generationName(n int) string { return fmt.Sprintf("%06d", n) }

// parseGeneration reads a name that generationName makes.
func parseGeneration(name string) (n int, ok bool) {
	n, err := strconv.Atoi(name)
	return n, err == nil && n > 0 && generationName(n) == name
}

// snapshotID names a snapshot: the time is for people, the order is the sequence's.
func snapshotID(at time.Time, sequence uint64) string {
	return fmt.Sprintf("%s-%d", at.UTC().Format("20060102T150405Z"), sequence)
}

// parseSnapshotID reads a snapshot's name; ok is false for names snapshotID does
// not make.
func parseSnapshotID(id string) (sequence uint64, ok bool) {
	stamp, number, found := strings.Cut(id, "-")
	if !found || number == "" || number[0] == '0' && number != "0" {
		return 0, false
	}
	if _, err := time.Parse("20060102T150405Z", stamp); err != nil {
		return 0, false
	}
	sequence, err := strconv.ParseUint(number, 10, 64)
	return sequence, err == nil
}

// rfc3339 is how times are written to files and results.
func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }
