package engine

import (
	"path"
	"slices"
	"strings"

	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A Glance is names that a data directory held a moment ago.
type Glance struct {
	Snapshots []string         // oldest first
	Schemas   []*schema.Schema // by id, then by version as text
	Runs      []string         // of runbooks, rehearsals among them, oldest first
}

// GlanceAt reads the names in o.Dir without its lock, beside whoever has it open, and
// changes nothing. What cannot be read is left out: it is for completion on a command
// line, and proves nothing.
func GlanceAt(o Options) Glance {
	db := newDB(o)
	var g Glance
	g.Snapshots, _ = db.snapshotIDs()
	g.Runs, _ = runsOf(o).IDs()
	current, err := db.readCurrent()
	if err != nil {
		return g
	}
	dir := generation(current.Generation).schemas()
	entries, _ := o.FS.ReadDir(db.path(dir))
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		text, err := vfs.ReadFile(o.FS, db.path(path.Join(dir, e.Name())), manifest.FileBytesMax)
		if err != nil {
			continue
		}
		if s, err := schema.Parse(text); err == nil {
			g.Schemas = append(g.Schemas, s)
		}
	}
	slices.SortFunc(g.Schemas, func(a, b *schema.Schema) int {
		if c := strings.Compare(a.ID, b.ID); c != 0 {
			return c
		}
		return strings.Compare(a.Version, b.Version)
	})
	return g
}
