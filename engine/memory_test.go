package engine_test

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
)

// TestMemoryIsFlat compares what lives on the heap in the middle of the calls that
// operators run, over a database and over one of eight times its size. The documents of
// the larger one have 11 MB more; what may differ is how full the buffers happen to be
// when a call tells how far it is.
func TestMemoryIsFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("loads ninety thousand documents")
	}
	small, large := peaks(t, 10_000), peaks(t, 80_000)
	for name, before := range small {
		t.Logf("%s: %d KiB, with eight times the data %d KiB", name, before>>10, large[name]>>10)
		if before <= 0 || large[name] > before+3<<20 {
			t.Errorf("%s: %d bytes are live, with eight times the data %d", name, before, large[name])
		}
	}
}

// peaks returns, by call, the most that was live on the heap whenever the call told how
// far it is.
func peaks(t *testing.T, documents int) map[string]int64 {
	t.Helper()
	o := engine.DefaultOptions()
	o.Dir, o.CacheSize = filepath.Join(t.TempDir(), "data"), 256<<10
	o.FS, o.WALMaxSize = vfs.OS, 1<<20
	db, c := openUsers(t, o)
	for i := 0; i < documents; i += 500 {
		var batch [][]byte
		for j := range 500 {
			batch = append(batch, appendUser(nil, i+j))
		}
		mustDo(t, c.InsertMany(batch))
	}
	_, err := db.Checkpoint(ctx)
	mustDo(t, err)
	most := map[string]int64{}
	measure := func(name string, call func(progress engine.Progress) error) {
		t.Helper()
		base, calls := live(), 0
		mustDo(t, call(func(done, total int64) {
			if calls++; calls%16 == 1 {
				most[name] = max(most[name], live()-base, 1)
			}
		}))
	}
	tar := filepath.Join(t.TempDir(), "b.tar")
	measure("verify", func(p engine.Progress) error {
		r, err := db.Verify(ctx, p)
		if err == nil && !r.OK() {
			t.Errorf("%+v", r.Problems)
		}
		return err
	})
	measure("backup", func(p engine.Progress) error { _, err := db.BackupFile(ctx, tar, false, p); return err })
	measure("stream", func(p engine.Progress) error { _, err := db.Backup(ctx, io.Discard, p); return err })
	measure("restore", func(p engine.Progress) error {
		f, err := os.Open(tar)
		mustDo(t, err)
		defer f.Close()
		fresh := o
		fresh.Dir = filepath.Join(t.TempDir(), "restored")
		_, err = engine.Restore(ctx, fresh, f, engine.RestoreOptions{Progress: p})
		return err
	})
	mustDo(t, c.Replace(appendUser(nil, 7)))
	measure("compact", func(p engine.Progress) error { _, err := db.Compact(ctx, p); return err })
	_, err = db.DefineSchema(mustSchema(t, strings.Replace(userV1, `"v1"`, `"v2"`, 1)))
	mustDo(t, err)
	next, err := db.Collection("user", "v2")
	mustDo(t, err)
	measure("move", func(p engine.Progress) error { _, err := next.MoveFrom(ctx, "v1", p); return err })
	mustDo(t, db.Close())
	return most
}

// live returns how many bytes of the heap are reachable.
func live() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
