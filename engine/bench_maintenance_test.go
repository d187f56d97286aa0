package engine_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
)

// BenchmarkMaintenance measures what operators run, over a million documents, beside
// tar of the same directory with an fsync, in the same run and in turns.
func BenchmarkMaintenance(b *testing.B) {
	const n = 1_000_000
	o := load(b, n)
	db := mustOpen(b, o)
	defer db.Close()
	c, err := db.Collection("user", "v1")
	mustDo(b, err)
	s, err := db.Stats()
	mustDo(b, err)
	dir := filepath.Dir(o.Dir)

	b.Run("snapshot", func(b *testing.B) {
		for i := range b.N {
			b.StopTimer()
			mustDo(b, c.Replace(appendUser(nil, i)))
			b.StartTimer()
			_, err := db.Snapshot(ctx)
			mustDo(b, err)
		}
	})
	_, err = db.Checkpoint(ctx)
	mustDo(b, err)
	b.Run("backup", func(b *testing.B) {
		var backup, tar time.Duration
		var tarred int64
		for range b.N {
			start := time.Now()
			_, err := db.BackupFile(ctx, filepath.Join(dir, "b.tar"), true, nil)
			mustDo(b, err)
			backup += time.Since(start)
			tar += tarOf(b, filepath.Join(o.Dir, "generations"), filepath.Join(dir, "t.tar"))
			info, err := os.Stat(filepath.Join(dir, "t.tar"))
			mustDo(b, err)
			tarred += info.Size()
		}
		b.ReportMetric(float64(s.StorageSizeBytes)*float64(b.N)/backup.Seconds()/1e6, "MB/s")
		b.ReportMetric(float64(tarred)/tar.Seconds()/1e6, "tar_MB/s")
		b.ReportMetric(tar.Seconds()/backup.Seconds(), "tar/backup_time")
	})
	b.Run("restore", func(b *testing.B) {
		tar, err := os.ReadFile(filepath.Join(dir, "b.tar"))
		mustDo(b, err)
		var spent time.Duration
		for range b.N {
			fresh := o
			fresh.Dir = filepath.Join(dir, "restored")
			start := time.Now()
			_, err := engine.Restore(ctx, fresh, bytes.NewReader(tar), engine.RestoreOptions{})
			mustDo(b, err)
			spent += time.Since(start)
			mustDo(b, os.RemoveAll(fresh.Dir))
		}
		b.ReportMetric(float64(len(tar))*float64(b.N)/spent.Seconds()/1e6, "MB/s")
	})
	b.Run("verify", func(b *testing.B) {
		var bytes int64
		for range b.N {
			r, err := db.Verify(ctx, nil)
			mustDo(b, err)
			if !r.OK() {
				b.Fatal(r.Problems)
			}
			bytes += r.Bytes
		}
		b.ReportMetric(float64(bytes)/b.Elapsed().Seconds()/1e6, "MB/s")
	})
	b.Run("compact", func(b *testing.B) {
		for i := range b.N {
			b.StopTimer()
			mustDo(b, c.Replace(appendUser(nil, i)))
			b.StartTimer()
			_, err := db.Compact(ctx, nil)
			mustDo(b, err)
		}
	})
	b.ReportMetric(peakRSS(b)/(1<<20), "peakRSS_MiB")
}

// tarOf times tar of a directory to a file, and its fsync.
func tarOf(b *testing.B, dir, out string) time.Duration {
	b.Helper()
	start := time.Now()
	if err := exec.Command("tar", "-cf", out, "-C", dir, ".").Run(); err != nil {
		b.Skip("no tar: ", err)
	}
	f, err := os.OpenFile(out, os.O_RDWR, 0)
	mustDo(b, err)
	mustDo(b, f.Sync())
	mustDo(b, f.Close())
	return time.Since(start)
}

// BenchmarkVerify verifies the database of AERODB_BENCH_DIR.
func BenchmarkVerify(b *testing.B) {
	dir := os.Getenv("AERODB_BENCH_DIR")
	if dir == "" {
		b.Skip("AERODB_BENCH_DIR names no database")
	}
	for range b.N {
		r, err := engine.Verify(ctx, engine.Options{Dir: dir}, nil)
		mustDo(b, err)
		b.SetBytes(r.Bytes)
	}
}
