package engine_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
)

// determinedRun does everything that writes a file: schemas, single writes, batches
// that are prepared in parallel, an import, checkpoints asked for and automatic,
// merges, snapshots, reopens.
func determinedRun(t *testing.T, o engine.Options) {
	t.Helper()
	o.Now, o.Rand = newClock().Now, seeded(5)
	o.Command, o.Pid, o.WALMaxSize = "test", 42, 128<<10
	mustInit(t, o)
	db := mustOpen(t, o)
	c := people(t, db)
	for round := range 6 {
		docs := make([][]byte, 300)
		for i := range docs {
			docs[i] = fmt.Appendf(nil, `{"name":"name %d","_id":"r%d-%04d","age":%d,"score":%d.5,"home":{"city":"city-%d"}}`, i*7, round, i*37%1000, i%50, i, i%9)
		}
		mustDo(t, c.InsertMany(docs))
		for i := range 60 {
			mustDo(t, c.Replace(fmt.Appendf(nil, `{"_id":"r%d-%04d","name":"again","member":%v}`, round, i*37%1000, i%2 == 0)))
			if _, err := c.Delete(fmt.Sprintf("r%d-%04d", round, (i+100)*37%1000)); err != nil {
				t.Fatal(err)
			}
		}
		switch round {
		case 1:
			_, err := db.Snapshot(ctx)
			mustDo(t, err)
		case 3:
			_, err := db.DefineSchema(mustSchema(t, personV2))
			mustDo(t, err)
			mustDo(t, db.Close())
			db = mustOpen(t, o)
			c, err = db.Collection("person", "v2")
			mustDo(t, err)
		case 4:
			var lines strings.Builder
			for i := range 1500 {
				fmt.Fprintf(&lines, `{"_id":"import-%d","name":"n","email":"e%d@x"}`+"\n", i, i%70)
			}
			_, err := c.Import(ctx, strings.NewReader(lines.String()), engine.ImportOptions{})
			mustDo(t, err)
		}
		_, err := db.Checkpoint(ctx)
		mustDo(t, err)
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"tail-%d","name":"in the log"}`, round)))
	}
	s, err := db.Stats()
	mustDo(t, err)
	if s.AutoCheckpoints == 0 {
		t.Fatal("the log was never full")
	}
	mustDo(t, db.Close())
}

// memFiles returns the SHA-256 of every file.
func memFiles(t *testing.T, mem *vfs.Mem) map[string][32]byte {
	t.Helper()
	sums := map[string][32]byte{}
	for _, name := range mem.Files() {
		data, err := vfs.ReadFile(mem, name, 1<<30)
		mustDo(t, err)
		sums[name] = sha256.Sum256(data)
	}
	return sums
}

// withProcs runs f on n processors.
func withProcs(n int, f func()) {
	before := runtime.GOMAXPROCS(n)
	defer runtime.GOMAXPROCS(before)
	f()
}

// TestSameBytes: the same operations give the same bytes in every file, on one
// processor and on many, in memory and on the real file system.
func TestSameBytes(t *testing.T) {
	first := vfs.NewMem()
	withProcs(1, func() { determinedRun(t, testOptions(first)) })
	want := memFiles(t, first)
	if len(want) < 12 {
		t.Fatalf("%d files prove little", len(want))
	}
	for _, procs := range []int{2, max(8, runtime.NumCPU())} {
		mem := vfs.NewMem()
		withProcs(procs, func() { determinedRun(t, testOptions(mem)) })
		if mem.Hash() != first.Hash() {
			compareFiles(t, fmt.Sprintf("%d processors", procs), memFiles(t, mem), want)
			t.Errorf("%d processors: the images differ", procs)
		}
	}
	dir := t.TempDir()
	o := testOptions(vfs.OS)
	o.Dir = filepath.Join(dir, "data")
	determinedRun(t, o)
	compareFiles(t, "real disk", diskFiles(t, dir), want)
}

func diskFiles(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	sums := map[string][32]byte{}
	mustDo(t, filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, rerr := filepath.Rel(dir, name)
		mustDo(t, rerr)
		sums[filepath.ToSlash(rel)] = sha256.Sum256(data)
		return err
	}))
	return sums
}

func compareFiles(t *testing.T, what string, got, want map[string][32]byte) {
	t.Helper()
	for name, sum := range want {
		if other, ok := got[name]; !ok {
			t.Errorf("%s: %s is missing", what, name)
		} else if other != sum {
			t.Errorf("%s: %s differs", what, name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: %s is there and was not", what, name)
		}
	}
}

// The error of a batch does not depend on who prepared what: always the first
// document at fault.
func TestSameErrorOnAnyProcessors(t *testing.T) {
	db, _ := newDB(t)
	c := people(t, db)
	docs := make([][]byte, 2000)
	for i := range docs {
		docs[i] = fmt.Appendf(nil, `{"_id":"%d","name":"n"}`, i)
	}
	for _, bad := range [][]int{{0}, {1999}, {777, 1100, 1999}, {31, 32, 33}, {63, 64}, {100, 600, 1100, 1600}} {
		for _, i := range bad {
			docs[i] = fmt.Appendf(nil, `{"_id":"%d","age":%d.5,"name":"n"}`, i, i)
		}
		var want error
		for _, procs := range []int{1, 2, 4, 16} {
			for range 40 {
				var err error
				withProcs(procs, func() { err = c.InsertMany(docs) })
				if want == nil {
					want = err
				}
				if err == nil || err.Error() != want.Error() || detail(err, "index") != int64(bad[0]) {
					t.Fatalf("%d processors: %v at %v, want %v at %d", procs, err, detail(err, "index"), want, bad[0])
				}
			}
		}
		for _, i := range bad {
			docs[i] = fmt.Appendf(nil, `{"_id":"%d","name":"n"}`, i)
		}
	}
}

// The same questions to the same state give the same bytes: also of Stats and
// Explain, through Value.
func TestSameAnswers(t *testing.T) {
	answer := func() []byte {
		mem := vfs.NewMem()
		o := testOptions(mem)
		determinedRun(t, o)
		o.Now = newClock().Now
		db := mustOpen(t, o)
		defer db.Close()
		var b bytes.Buffer
		s, err := db.Stats()
		mustDo(t, err)
		fmt.Fprintln(&b, s.Value(), db.Recovery().Value())
		snapshots, err := db.Snapshots()
		mustDo(t, err)
		for _, info := range snapshots {
			fmt.Fprintln(&b, info.Value())
		}
		for _, version := range []string{"v1", "v2"} {
			c, err := db.Collection("person", version)
			mustDo(t, err)
			_, err = c.Export(context.Background(), &b, engine.ExportOptions{})
			mustDo(t, err)
			plan, err := c.Explain(engine.Query{Filter: []byte(`{"score":{"$gt":3},"age":{"$lt":9}}`), Limit: 3, HasLimit: true})
			mustDo(t, err)
			fmt.Fprintln(&b, plan.Value())
		}
		return b.Bytes()
	}
	if a, b := answer(), answer(); !bytes.Equal(a, b) {
		t.Errorf("two answers of %d and %d bytes differ", len(a), len(b))
	}
}
