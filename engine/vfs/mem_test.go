package vfs

import (
	"fmt"
	"testing"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// liveNodes counts the inodes that a Mem remembers.
func liveNodes(m *Mem) (live int) {
	for _, n := range m.nodes {
		if n != nil {
			live++
		}
	}
	return live
}

// Files that are gone for good are forgotten, even if they were large.
func TestSweep(t *testing.T) {
	m := NewMem()
	data := make([]byte, 64<<10)
	for i := range data {
		data[i] = byte(i)
	}
	most := 0
	for i := range 1000 {
		f, err := m.OpenFile(fmt.Sprint(i), O_RDWR|O_CREATE, FilePerm)
		must(t, err)
		_, err = f.WriteAt(data, 0)
		must(t, err)
		must(t, f.Close())
		must(t, m.SyncDir("/"))
		if i >= 3 {
			must(t, m.Remove(fmt.Sprint(i-3)))
		}
		most = max(most, liveNodes(m))
	}
	if most > 200 {
		t.Errorf("%d inodes remembered for 4 files", most)
	}
	if n := len(m.Files()); n != 3 {
		t.Errorf("%d files left", n)
	}
}

// What a power cut can bring back is not swept.
func TestSweepKeepsTheLost(t *testing.T) {
	m := NewMem()
	must(t, writeNew(m, "keep", []byte("data"), FilePerm))
	must(t, m.SyncDir("/"))
	must(t, m.Mkdir("d", DirPerm))
	must(t, m.Rename("keep", "d/keep")) // durable in "/", pending in "d"
	must(t, m.Remove("d/keep"))
	m.waste = 1 << 20
	must(t, m.SyncDir("d"))
	if m.waste != 0 {
		t.Fatal("not swept")
	}
	if data, err := ReadFile(m.AfterCrash(LoseAll), "keep", 10); string(data) != "data" || err != nil {
		t.Errorf("a power cut leaves %q, %v", data, err)
	}
}

// benchDisk is about what a small database has: 20 segments and a WAL of 1 MiB
// with pending sectors.
func benchDisk(b *testing.B, pending int) (*Mem, File) {
	m := NewMem()
	data := make([]byte, 1<<20)
	for i := range data {
		data[i] = byte(i * 7 >> 3)
	}
	for i := range 20 {
		must(b, writeNew(m, fmt.Sprint(i), data[:64<<10], FilePerm))
	}
	must(b, writeNew(m, "wal", data, FilePerm))
	must(b, m.SyncDir("/"))
	wal, err := m.OpenFile("wal", O_RDWR, 0)
	must(b, err)
	for i := range pending {
		_, err := wal.WriteAt(data[:512], int64(i)*512)
		must(b, err)
	}
	return m, wal
}

func BenchmarkAfterCrash(b *testing.B) {
	for _, pending := range []int{0, 8, 128} {
		b.Run(fmt.Sprint(pending), func(b *testing.B) {
			m, _ := benchDisk(b, pending)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				m.AfterCrash(KeepSome(uint64(i)))
			}
		})
	}
}

// BenchmarkImageHash makes images and hashes them, to find the equal ones.
func BenchmarkImageHash(b *testing.B) {
	m, _ := benchDisk(b, 8)
	m.Hash()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		img := m.AfterCrash(KeepSome(uint64(i)))
		img.Hash()
	}
}

func BenchmarkClone(b *testing.B) {
	m, _ := benchDisk(b, 8)
	b.ReportAllocs()
	for b.Loop() {
		m.Clone()
	}
}

// BenchmarkAppend writes and syncs one sector of the WAL, as a commit does.
func BenchmarkAppend(b *testing.B) {
	_, wal := benchDisk(b, 0)
	data := make([]byte, 512)
	data[0] = 1
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		data[1] = byte(i)
		_, err := wal.WriteAt(data, int64(i%2048)*512)
		must(b, err)
		must(b, wal.Datasync())
	}
}
