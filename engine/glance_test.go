package engine_test

import (
	"context"
	"os"
	"slices"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
)

// TestGlance looks at a directory while it is open, without its lock and its options; what
// is missing or damaged leaves names out and nothing else.
func TestGlance(t *testing.T) {
	db, o := newDB(t)
	for _, text := range []string{personV1, personV2} {
		if _, err := db.DefineSchema(mustSchema(t, text)); err != nil {
			t.Fatal(err)
		}
	}
	snapshot, err := db.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	g := engine.GlanceAt(engine.Options{Dir: o.Dir, FS: o.FS})
	if !slices.Equal(g.Snapshots, []string{snapshot.ID}) {
		t.Errorf("snapshots %q, want %q", g.Snapshots, snapshot.ID)
	}
	var versions []string
	for _, s := range g.Schemas {
		versions = append(versions, s.ID+" "+s.Version)
	}
	if want := []string{"person v1", "person v2"}; !slices.Equal(versions, want) {
		t.Errorf("schemas %q, want %q", versions, want)
	}

	dir := t.TempDir()
	if g := engine.GlanceAt(engine.Options{Dir: dir + "/nothing", FS: vfs.OS}); len(g.Snapshots)+len(g.Schemas) > 0 {
		t.Errorf("an absent directory shows %v", g)
	}
	if err := os.WriteFile(dir+"/CURRENT", []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if g := engine.GlanceAt(engine.Options{Dir: dir, FS: vfs.OS}); len(g.Snapshots)+len(g.Schemas) > 0 {
		t.Errorf("a damaged directory shows %v", g)
	}
}
