package vfs_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

// slowFile is one file of the model, written as plainly as can be: whole arrays,
// one sector at a time, nothing shared.
type slowFile struct {
	disk    slowBytes
	cache   slowBytes
	pending []slowChange
}

// slowBytes keeps what lies beyond its size.
type slowBytes struct {
	data [slowMax]byte
	size int
}

const slowMax = 32 << 10

type slowChange struct {
	sector int // -1: a size
	data   [512]byte
	size   int
	doomed bool
}

func (b *slowBytes) apply(c slowChange) {
	if c.sector >= 0 {
		copy(b.data[c.sector*512:], c.data[:])
		return
	}
	if c.size <= b.size {
		clear(b.data[c.size:])
	}
	b.size = c.size
}

func (f *slowFile) write(p []byte, off int) {
	if len(p) == 0 {
		return
	}
	copy(f.cache.data[off:], p)
	for s := off / 512; s*512 < off+len(p); s++ {
		f.pending = append(f.pending, slowChange{sector: s, data: [512]byte(f.cache.data[s*512:])})
	}
	if off+len(p) > f.cache.size {
		f.truncate(off + len(p))
	}
}

func (f *slowFile) truncate(size int) {
	if size == f.cache.size {
		return
	}
	c := slowChange{sector: -1, size: size}
	f.cache.apply(c)
	f.pending = append(f.pending, c)
}

func (f *slowFile) sync(ok bool) {
	if !ok {
		for i := range f.pending {
			f.pending[i].doomed = true
		}
		return
	}
	var rest []slowChange
	for i, c := range f.pending {
		if !c.doomed {
			f.disk.apply(c)
			continue
		}
		if !slices.ContainsFunc(f.pending[i:], func(d slowChange) bool { return !d.doomed && d.sector == c.sector }) {
			rest = append(rest, c)
		}
	}
	f.pending = rest
}

func (f *slowFile) crash(keep func(i int) bool) []byte {
	img := f.disk
	for i, c := range f.pending {
		if keep(i) {
			img.apply(c)
		}
	}
	return img.data[:img.size]
}

// The model's images are those of the plain one, whatever was written, cut,
// synced, or failed to be, and whatever is kept.
func TestBytesAgainstOracle(t *testing.T) {
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		m := disk(t, "")
		slow := &slowFile{}
		f, err := m.OpenFile("f", vfs.O_RDWR, 0)
		must(t, err)
		for range 60 {
			slowStep(t, rnd, m, f, slow)
			coin := rnd.Uint64()
			keep := func(i int) bool { return coin>>(i%64)&1 == 1 }
			img := m.AfterCrash(vfs.KeepIf("coin", func(p vfs.Pending) bool { return keep(p.N) }))
			if n := len(m.Pending()); n != len(slow.pending) {
				t.Fatalf("seed %d: %d pending, want %d", seed, n, len(slow.pending))
			}
			if got, want := get(t, img, "f"), slow.crash(keep); !bytes.Equal([]byte(got), want) {
				t.Fatalf("seed %d: an image of %d bytes differs from the plain one of %d", seed, len(got), len(want))
			}
			if got := get(t, m, "f"); got != string(slow.cache.data[:slow.cache.size]) {
				t.Fatalf("seed %d: the process sees what it did not write", seed)
			}
		}
		must(t, f.Close())
	}
}

func slowStep(t *testing.T, rnd *rand.Rand, m *vfs.Mem, f vfs.File, slow *slowFile) {
	t.Helper()
	switch rnd.IntN(10) {
	default:
		off := rnd.IntN(slowMax / 2)
		p := make([]byte, rnd.IntN(slowMax/2))
		if rnd.IntN(2) == 0 {
			p = p[:len(p)/16]
			off = off / 1024 * 1024
		}
		if rnd.IntN(3) > 0 {
			for i := range p {
				p[i] = byte(rnd.Uint32())
			}
		}
		_, err := f.WriteAt(p, int64(off))
		must(t, err)
		slow.write(p, off)
	case 0:
		size := rnd.IntN(slowMax)
		must(t, f.Truncate(int64(size)))
		slow.truncate(size)
	case 1, 2:
		must(t, f.Datasync())
		slow.sync(true)
	case 3:
		m.FailAt(m.Ops(), vfs.EIO)
		if f.Datasync() == nil {
			t.Fatal("the sync did not fail")
		}
		slow.sync(false)
	}
}

// slowDir is one directory, as plainly: names of numbered files.
type slowDir struct {
	disk, cache map[string]string
	pending     []slowNames
}

type slowNames struct {
	edits  map[string]string // "" removes
	doomed bool
}

func slowApply(names map[string]string, edits map[string]string) {
	for name, id := range edits {
		if id == "" {
			delete(names, name)
		} else {
			names[name] = id
		}
	}
}

func (d *slowDir) change(edits map[string]string) {
	slowApply(d.cache, edits)
	d.pending = append(d.pending, slowNames{edits: edits})
}

func (d *slowDir) sync(ok bool) {
	if !ok {
		for i := range d.pending {
			d.pending[i].doomed = true
		}
		return
	}
	var rest []slowNames
	for i, c := range d.pending {
		if !c.doomed {
			slowApply(d.disk, c.edits)
			continue
		}
		for name := range c.edits {
			for _, later := range d.pending[i:] {
				if _, ok := later.edits[name]; ok && !later.doomed {
					delete(c.edits, name)
				}
			}
		}
		if len(c.edits) > 0 {
			rest = append(rest, c)
		}
	}
	d.pending = rest
}

func (d *slowDir) crash(keep func(i int) bool) string {
	img := make(map[string]string)
	slowApply(img, d.disk)
	for i, c := range d.pending {
		if keep(i) {
			slowApply(img, c.edits)
		}
	}
	return slowTree(img)
}

func slowTree(names map[string]string) string {
	var b bytes.Buffer
	for _, name := range []string{"a", "b", "c", "d"} {
		if id := names[name]; id != "" {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(name + "=" + id)
		}
	}
	return b.String()
}

func TestNamesAgainstOracle(t *testing.T) {
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		m := vfs.NewMem()
		slow := &slowDir{disk: map[string]string{}, cache: map[string]string{}}
		for step := range 60 {
			slowNameStep(t, rnd, m, slow, string(rune('A'+step)))
			coin := rnd.Uint64()
			keep := func(i int) bool { return coin>>(i%64)&1 == 1 }
			img := m.AfterCrash(vfs.KeepIf("coin", func(p vfs.Pending) bool { return keep(p.N) }))
			if got, want := tree(t, img, "/"), slow.crash(keep); got != want {
				t.Fatalf("seed %d, step %d: image %q, want %q", seed, step, got, want)
			}
			if got, want := tree(t, m, "/"), slowTree(slow.cache); got != want {
				t.Fatalf("seed %d, step %d: the process sees %q, want %q", seed, step, got, want)
			}
		}
	}
}

func slowNameStep(t *testing.T, rnd *rand.Rand, m *vfs.Mem, slow *slowDir, id string) {
	t.Helper()
	a, b := string("abcd"[rnd.IntN(4)]), string("abcd"[rnd.IntN(4)])
	have, other := slow.cache[a], slow.cache[b]
	switch rnd.IntN(8) {
	default:
		if have == "" {
			put(t, m, a, id)
			syncFile(t, m, a)
			slow.change(map[string]string{a: id})
		}
	case 0:
		if have != "" {
			must(t, m.Remove(a))
			slow.change(map[string]string{a: ""})
		}
	case 1, 2:
		if have != "" && have != other {
			must(t, m.Rename(a, b))
			slow.change(map[string]string{a: "", b: have})
		}
	case 3:
		if have != "" && other == "" {
			must(t, m.Link(a, b))
			slow.change(map[string]string{b: have})
		}
	case 4, 5:
		must(t, m.SyncDir("/"))
		slow.sync(true)
	case 6:
		m.FailAt(m.Ops(), vfs.EIO)
		if m.SyncDir("/") == nil {
			t.Fatal("the sync did not fail")
		}
		slow.sync(false)
	}
}
