package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/event"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A collector is a logger's handler that keeps what was logged and holds each line to
// the table of events.
type collector struct {
	t    *testing.T
	seen map[string]int
	text bytes.Buffer
}

func (c *collector) Enabled(context.Context, slog.Level) bool { return true }
func (c *collector) WithAttrs([]slog.Attr) slog.Handler       { return c }
func (c *collector) WithGroup(string) slog.Handler            { return c }

func (c *collector) Handle(ctx context.Context, r slog.Record) error {
	c.seen[r.Message]++
	e, known := event.Lookup(r.Message)
	// Two events are told louder or more quietly where the table says so.
	differs := r.Message == "recovery.end" && r.Level == slog.LevelDebug || r.Message == "wal.near_full" && r.Level == slog.LevelWarn
	if !known || r.Level != e.Level && !differs {
		c.t.Errorf("%s at %v is not in the table", r.Message, r.Level)
	}
	r.Attrs(func(a slog.Attr) bool {
		if !slices.Contains(e.Keys, a.Key) {
			c.t.Errorf("%s has the key %q, which is not in the table", r.Message, a.Key)
		}
		return true
	})
	return slog.NewTextHandler(&c.text, nil).Handle(ctx, r)
}

// elsewhere are the events that other packages log, and the files of the tests that make
// them happen and look for them.
var elsewhere = map[string]string{
	"runs.removed":        "../cmd/aerodb/testdata/script/steps.txtar",
	"request.failed":      "../jsonapi/failure_test.go",
	"configuration":       "../cmd/aerodb/testdata/script/config.txtar",
	"history.unavailable": "../cmd/aerodb/prompt_test.go",
}

// What documents hold in this test, which no log line may.
const private = "nobody-may-read-this"

// TestEveryEventIsLogged makes each event of the table happen. Each line has the level
// and keys of the table, and nothing of a document.
func TestEveryEventIsLogged(t *testing.T) {
	c := &collector{t: t, seen: map[string]int{}}
	for _, scene := range []struct {
		name string
		play func(t *testing.T, o engine.Options)
	}{
		{"work", playWork}, {"full log", playFullLog}, {"failures", playFailures}, {"failed sync", playFailedSync},
		{"leftovers", playLeftovers}, {"torn", playTorn}, {"long replay", playLongReplay}, {"damage", playDamage}, {"restores", playRestores}, {"history", playHistory},
	} {
		t.Run(scene.name, func(t *testing.T) {
			o := testOptions(vfs.NewMem())
			o.Logger, o.SlowOperation = slog.New(c), 1 // the clock goes a second a look
			mustInit(t, o)
			scene.play(t, o)
		})
	}
	for _, e := range event.Table {
		if c.seen[e.Name] > 0 {
			continue
		}
		if text, err := os.ReadFile(elsewhere[e.Name]); err != nil || !bytes.Contains(text, []byte("msg="+e.Name)) {
			t.Errorf("nothing made %s happen", e.Name)
		}
	}
	for _, what := range []string{"checkpoint", "snapshot", "compact", "backup", "restore", "verify", "import", "move"} {
		began, ended, failed := c.seen[what+".begin"], c.seen[what+".end"], c.seen[what+".failed"]
		if began < ended || began > ended+failed || began == 0 { // it may fail before it has begun
			t.Errorf("%s began %d times, ended %d times and failed %d times", what, began, ended, failed)
		}
	}
	if text := c.text.String(); strings.Contains(text, private) {
		t.Errorf("the log holds what is in a document: %s", text)
	}
	for _, operation := range []string{"insert", "replace", "delete", "insert_many", "find", "move"} {
		if !strings.Contains(c.text.String(), "op="+operation+" ") {
			t.Errorf("no slow %s was told of", operation)
		}
	}
}

func privateDoc(id string, extra int) []byte {
	return fmt.Appendf(nil, `{"_id":"%s","name":"%s%s","home":{"city":"%s"}}`, id, private, strings.Repeat("x", extra), private)
}

func playWork(t *testing.T, o engine.Options) {
	db := mustOpen(t, o)
	c := people(t, db)
	mustDo(t, c.Insert(privateDoc("1", 0)))
	mustDo(t, c.Replace(privateDoc("1", 1)))
	mustDo(t, c.InsertMany([][]byte{privateDoc("2", 0), privateDoc("3", 0)}))
	_, err := c.Import(ctx, bytes.NewReader(privateDoc("4", 0)), engine.ImportOptions{})
	mustDo(t, err)
	_, err = c.Delete("2")
	mustDo(t, err)
	_, err = c.Find(ctx, engine.Query{Filter: []byte(`{"home.city":"` + private + `"}`), Limit: 9, HasLimit: true})
	mustDo(t, err)
	snapshot, err := db.Snapshot(ctx)
	mustDo(t, err)
	mustDo(t, c.Insert(privateDoc("5", 0)))
	_, err = db.Checkpoint(ctx)
	mustDo(t, err)
	_, err = db.RemoveSnapshot(snapshot.ID)
	mustDo(t, err)
	for range 2 { // the second has nothing to do
		_, err = db.Compact(ctx, nil)
		mustDo(t, err)
	}
	_, err = db.DefineSchema(mustSchema(t, personV2))
	mustDo(t, err)
	newer, err := db.Collection("person", "v2")
	mustDo(t, err)
	_, err = newer.MoveFrom(ctx, "v1", nil)
	mustDo(t, err)
	tar := backupOf(t, db)
	_, err = db.Verify(ctx, nil)
	mustDo(t, err)
	mustDo(t, db.Close())
	restoreInto(t, o, tar)
	_, err = engine.UndoRestore(ctx, o)
	mustDo(t, err)
}

func playFullLog(t *testing.T, o engine.Options) {
	o.WALMaxSize = engine.WALSizeMin
	db := mustOpen(t, o)
	c := people(t, db)
	_, err := db.Checkpoint(ctx)
	mustDo(t, err)
	for i := range 40 {
		mustDo(t, c.Insert(privateDoc(fmt.Sprint(i), 600)))
	}
	_, err = db.Checkpoint(ctx)
	mustDo(t, err)
	mustDo(t, db.Close())
	o.WALMaxSize = 4 * engine.WALSizeMin
	db = mustOpen(t, o)
	c, err = db.Collection("person", "v1")
	mustDo(t, err)
	mustDo(t, c.Insert(privateDoc("large", 20<<10)))
	mustDo(t, db.Close())
}

// failingOn makes calls of a kind, on names with a part, fail.
func failingOn(kind, part string, err error) func(vfs.Op) error {
	return func(op vfs.Op) error {
		if op.Kind == kind && strings.Contains(op.Path, part) {
			return err
		}
		return nil
	}
}

func playFailures(t *testing.T, o engine.Options) {
	m := o.FS.(*vfs.Mem)
	m.SetFault(failingOn(vfs.KindWrite, "LOCK", syscall.EIO)) // who holds the lock stays unsaid
	m.SetStatfs(vfs.Statfs{Type: "nfs", Free: 1 << 40, Size: 1 << 40})
	db := mustOpen(t, o)
	c := people(t, db)
	refused := func(err error) {
		t.Helper()
		if err == nil {
			t.Error("it did not fail")
		}
	}
	mustDo(t, c.Insert(privateDoc("1", 0)))
	m.SetFault(failingOn(vfs.KindCreate, ".seg", syscall.EIO))
	_, err := db.Checkpoint(ctx)
	refused(err)
	_, err = db.Snapshot(ctx)
	refused(err)
	_, err = db.Compact(ctx, nil)
	refused(err)
	_, err = db.Backup(ctx, failing{errors.New("broken")}, nil)
	refused(err)
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	_, err = db.Verify(stopped, nil)
	refused(err)
	m.SetFault(failingOn(vfs.KindRemove, ".wal", syscall.EIO))
	_, err = db.Checkpoint(ctx)
	mustDo(t, err)
	for i := range 4 {
		m.SetFault(nil)
		mustDo(t, c.Insert(privateDoc(fmt.Sprint("more", i), 0)))
		m.SetFault(func(op vfs.Op) error { // no snapshot can be taken away
			if op.Kind == vfs.KindRename && !strings.HasSuffix(op.Path, ".tmp") && strings.Contains(op.Path, "snapshots/") {
				return syscall.EIO
			}
			return nil
		})
		_, err = db.Checkpoint(ctx)
		mustDo(t, err)
	}
	m.SetFault(failingOn(vfs.KindClose, "", syscall.EIO))
	_ = db.Close()
	m.SetFault(nil)
	_, err = engine.Restore(ctx, o, strings.NewReader("no backup"), engine.RestoreOptions{})
	refused(err)
}

func playFailedSync(t *testing.T, o engine.Options) {
	m := o.FS.(*vfs.Mem)
	db := mustOpen(t, o)
	c := people(t, db)
	mustDo(t, c.Insert(privateDoc("1", 0)))
	m.SetFault(failingOn(vfs.KindSync, ".wal", syscall.EIO))
	if err := c.Insert(privateDoc("2", 0)); err == nil {
		t.Error("it did not fail")
	}
	m.SetFault(nil)
	_ = db.Close()
	// The next open has no room for what it would write once more.
	m.SetFault(failingOn(vfs.KindCreate, ".tmp", syscall.ENOSPC))
	mustDo(t, mustOpen(t, o).Close())
	m.SetFault(nil)
}

func playLeftovers(t *testing.T, o engine.Options) {
	m := o.FS.(*vfs.Mem)
	rewrite(m, "data/generations/000001/segments/000007.seg", []byte("x"))
	rewrite(m, "data/notes.txt", []byte("x"))
	m.SetFault(failingOn(vfs.KindSyncDir, "segments", syscall.EIO))
	mustDo(t, mustOpen(t, o).Close())
	m.SetFault(nil)
	rewrite(m, "data/generations/000001/segments/000008.seg", []byte("x"))
	m.SetFault(failingOn(vfs.KindRemove, "000008.seg", syscall.EIO))
	mustDo(t, mustOpen(t, o).Close())
	m.SetFault(nil)
}

func playTorn(t *testing.T, o engine.Options) {
	m := o.FS.(*vfs.Mem)
	db := mustOpen(t, o)
	mustDo(t, people(t, db).Insert(privateDoc("1", 2000)))
	s, err := db.Stats()
	mustDo(t, err)
	killed := m.Clone()
	mustDo(t, db.Close())
	// The last sector of the last record never arrived.
	name := "data/generations/000001/wal/" + onlyName(t, killed, "data/generations/000001/wal")
	log := content(killed, name)
	clear(log[s.WALSizeBytes-512 : s.WALSizeBytes])
	rewrite(killed, name, append(log, make([]byte, 4096)...)) // nor was the log made larger
	o.FS = killed
	mustDo(t, mustOpen(t, o).Close())
}

// onlyName is the name of the only file of a folder.
func onlyName(t *testing.T, m *vfs.Mem, dir string) string {
	t.Helper()
	entries, err := m.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%s has %d entries, %v", dir, len(entries), err)
	}
	return entries[0].Name()
}

func playLongReplay(t *testing.T, o engine.Options) {
	o.FS, o.WALMaxSize = vfs.NewMem(), 24<<20
	mustInit(t, o)
	db := mustOpen(t, o)
	c := people(t, db)
	for i := range 20 {
		mustDo(t, c.Insert(privateDoc(fmt.Sprint(i), 1<<20)))
	}
	o.FS = o.FS.(*vfs.Mem).Clone()
	mustDo(t, db.Close())
	mustDo(t, mustOpen(t, o).Close())
}

// A stop is an input that ends with an error, after doing something.
type stop struct{ do func() }

func (s stop) Read([]byte) (int, error) { s.do(); return 0, errors.New("stopped") }

// playRestores restores over another database, whose snapshots stay, and half of a backup
// into an empty directory, which cannot be cleaned up for good.
func playRestores(t *testing.T, o engine.Options) {
	other := o
	other.FS, other.Rand = vfs.NewMem(), seeded(2)
	mustInit(t, other)
	db := mustOpen(t, other)
	mustDo(t, people(t, db).Insert(privateDoc("1", 0)))
	tar := backupOf(t, db)
	mustDo(t, db.Close())

	db = mustOpen(t, o)
	mustDo(t, people(t, db).Insert(privateDoc("2", 0)))
	_, err := db.Checkpoint(ctx)
	mustDo(t, err)
	mustDo(t, db.Close())
	restoreInto(t, o, tar)
	db = mustOpen(t, o)
	_, err = db.Verify(ctx, nil)
	mustDo(t, err)
	mustDo(t, db.Close())

	m := vfs.NewMem()
	o.FS = m
	half := io.MultiReader(bytes.NewReader(tar[:len(tar)/2]), stop{func() {
		m.SetFault(func(op vfs.Op) error {
			if op.Kind == vfs.KindSyncDir && op.Path == o.Dir {
				return syscall.EIO
			}
			return nil
		})
	}})
	if _, err := engine.Restore(ctx, o, half, engine.RestoreOptions{}); err == nil {
		t.Error("half a backup was restored")
	}
}

func playDamage(t *testing.T, o engine.Options) {
	m := o.FS.(*vfs.Mem)
	db := mustOpen(t, o)
	mustDo(t, people(t, db).Insert(privateDoc("1", 0)))
	_, err := db.Checkpoint(ctx)
	mustDo(t, err)
	mustDo(t, db.Close())
	dir := "data/generations/000001/segments"
	name := path.Join(dir, onlyName(t, m, dir))
	whole := content(m, name)
	rewrite(m, name, flip(whole, 20))
	db = mustOpen(t, o)
	c, err := db.Collection("person", "v1")
	mustDo(t, err)
	if _, err := c.Get("1"); err == nil {
		t.Error("a damaged block was read")
	}
	st, err := db.Stats()
	if mustDo(t, err); st.Collections[0].SizesKnown {
		t.Error("sizes are known of a segment that cannot be read")
	}
	r, err := db.Verify(ctx, nil)
	if mustDo(t, err); r.OK() {
		t.Error("verify found nothing")
	}
	mustDo(t, db.Close())
	rewrite(m, name, whole[:len(whole)-1])
	if _, err := engine.Open(ctx, o); err == nil {
		t.Error("a truncated segment was opened")
	}
}

func playHistory(t *testing.T, o engine.Options) {
	m := o.FS.(*vfs.Mem)
	db := mustOpen(t, o)
	stats := func() {
		t.Helper()
		_, err := db.Stats()
		mustDo(t, err)
	}
	db.Record(entryNumber(1))
	data := content(m, "data/HISTORY")
	rewrite(m, "data/HISTORY", append(slices.Clone(data), "torn"...))
	db.Record(entryNumber(2))
	rewrite(m, "data/HISTORY", flip(data, 12))
	stats()
	m.SetFault(failingOn(vfs.KindSync, "HISTORY", syscall.EIO))
	db.Record(entryNumber(3))
	m.SetFault(nil)
	_ = db.Close()
}
