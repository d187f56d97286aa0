package wal

import (
	"fmt"
	"path"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine/vfs"
)

// rawLog is what the disk gives a program that does nothing else: a file of
// synced zeros, written one sector at a time.
type rawLog struct {
	file vfs.File
	off  int64
	b    [sectorBytes]byte
}

func newRawLog(b *testing.B, name string, size int64) *rawLog {
	f, err := vfs.OS.OpenFile(name, vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL, vfs.FilePerm)
	if err == nil {
		err = f.Allocate(size)
	}
	if err == nil {
		err = vfs.WriteZeros(f, 0, size)
	}
	if err == nil {
		err = f.Datasync()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	r := &rawLog{file: f}
	for i := range r.b {
		r.b[i] = byte(i) | 1
	}
	return r
}

func (r *rawLog) append(b *testing.B) {
	_, err := r.file.WriteAt(r.b[:], r.off)
	if err == nil {
		err = r.file.Datasync()
	}
	if err != nil {
		b.Fatal(err)
	}
	r.off += sectorBytes
}

// BenchmarkAppend writes one document of 250 bytes a record, in turns with the
// raw log, and reports both and their ratio.
func BenchmarkAppend(b *testing.B) {
	const turn = 32
	dir := b.TempDir()
	size := int64(b.N+turn+8) * sectorBytes
	raw := newRawLog(b, path.Join(dir, "raw"), size)
	l := create(b, Options{FS: vfs.OS, Dir: dir, UUID: testUUID}, size)
	defer l.Close()
	var batch Batch
	op, digest := insert(1, 250), digestAt(1)
	var spent, spentRaw time.Duration
	b.ResetTimer()
	for n := 0; n < b.N; n += turn {
		t0 := time.Now()
		for range turn {
			raw.append(b)
		}
		t1 := time.Now()
		for range min(turn, b.N-n) {
			batch.Reset(l.NextSequence())
			batch.Add(op)
			if err := l.Append(&batch, digest); err != nil {
				b.Fatal(err)
			}
		}
		spentRaw += t1.Sub(t0)
		spent += time.Since(t1)
	}
	turns := (b.N + turn - 1) / turn
	rate, rawRate := float64(b.N)/spent.Seconds(), float64(turns*turn)/spentRaw.Seconds()
	b.ReportMetric(rate, "appends/s")
	b.ReportMetric(rawRate, "raw/s")
	b.ReportMetric(rate/rawRate, "ratio")
}

// BenchmarkReplay opens a log of documents of 250 bytes.
func BenchmarkReplay(b *testing.B) {
	for _, group := range []int{1, 16, 1000} {
		b.Run(fmt.Sprintf("group=%d", group), func(b *testing.B) {
			const size = 64 << 20
			o := Options{FS: vfs.OS, Dir: b.TempDir(), UUID: testUUID}
			l := create(b, o, size)
			l.file = unsynced{l.file}
			var batch Batch
			for {
				batch.Reset(l.NextSequence())
				for i := range group {
					batch.Add(insert(i, 250))
				}
				if !l.Fits(&batch) {
					break
				}
				if err := l.Append(&batch, digestAt(0)); err != nil {
					b.Fatal(err)
				}
			}
			l.Close()
			documents := 0
			for b.Loop() {
				l, report, err := Open(o, FileName(1), func(Record) error { return nil }, true)
				if err != nil {
					b.Fatal(err)
				}
				documents += report.Ops
				l.Close()
			}
			b.ReportMetric(float64(documents)/b.Elapsed().Seconds(), "documents/s")
		})
	}
}

// unsynced makes a benchmark's preparation fast.
type unsynced struct{ vfs.File }

func (unsynced) Datasync() error { return nil }

// BenchmarkOpenSealed opens a log of 64 MiB that holds one record and a seal.
func BenchmarkOpenSealed(b *testing.B) {
	o := Options{FS: vfs.OS, Dir: b.TempDir(), UUID: testUUID}
	l := create(b, o, 64<<20)
	appendOps(b, l, insert(1, 250))
	if err := l.Seal(l.Digest()); err != nil {
		b.Fatal(err)
	}
	l.Close()
	for b.Loop() {
		l, _, err := Open(o, FileName(1), func(Record) error { return nil }, false)
		if err != nil {
			b.Fatal(err)
		}
		l.Close()
	}
}

// BenchmarkBreakSeal appends to such a log, which reads all of it once.
func BenchmarkBreakSeal(b *testing.B) {
	o := Options{FS: vfs.OS, Dir: b.TempDir(), UUID: testUUID}
	create(b, o, 64<<20).Close()
	l, _, err := Open(o, FileName(1), nil, false)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	for b.Loop() {
		if err := l.Seal(l.Digest()); err != nil {
			b.Fatal(err)
		}
		l.unread = true
		appendOps(b, l, insert(1, 250))
	}
}

// BenchmarkSealDoubtful seals such a log after an unclean end, which writes zeros
// over its slack once.
func BenchmarkSealDoubtful(b *testing.B) {
	o := Options{FS: vfs.OS, Dir: b.TempDir(), UUID: testUUID}
	l := create(b, o, 64<<20)
	defer l.Close()
	for b.Loop() {
		l.sealed, l.doubtful = false, l.used+behindBytes
		if err := l.Seal(l.Digest()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpenEmpty looks through 64 MiB of zeros.
func BenchmarkOpenEmpty(b *testing.B) {
	o := Options{FS: vfs.OS, Dir: b.TempDir(), UUID: testUUID}
	create(b, o, 64<<20).Close()
	for b.Loop() {
		l, _, err := Open(o, FileName(1), nil, true)
		if err != nil {
			b.Fatal(err)
		}
		l.Close()
	}
}

// BenchmarkCreate makes a log that may have 64 MiB: a new one; one that grows to its end
// then, step by step; and one that is laid out whole.
func BenchmarkCreate(b *testing.B) {
	o := Options{FS: vfs.OS, Dir: b.TempDir(), UUID: testUUID, SizeMax: 64 << 20}
	for _, test := range []struct {
		name string
		size int64
		grow bool
	}{{"new", o.FirstSize(), false}, {"grown", o.FirstSize(), true}, {"whole", o.SizeMax, false}} {
		b.Run(test.name, func(b *testing.B) {
			for b.Loop() {
				l := create(b, o, test.size)
				for test.grow && l.Size() < o.SizeMax {
					if err := l.grow(l.Size() + l.step); err != nil {
						b.Fatal(err)
					}
				}
				l.Close()
				if err := vfs.OS.Remove(path.Join(o.Dir, l.Name())); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
