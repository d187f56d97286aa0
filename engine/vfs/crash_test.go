package vfs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

// disk returns a Mem that holds "f", durable, with the data.
func disk(t testing.TB, data string) *vfs.Mem {
	t.Helper()
	m := vfs.NewMem()
	put(t, m, "f", data)
	syncFile(t, m, "f")
	must(t, m.SyncDir("/"))
	if p := m.Pending(); len(p) > 0 {
		t.Fatalf("pending after all syncs: %v", p)
	}
	return m
}

func syncFile(t testing.TB, fsys vfs.FS, name string) {
	t.Helper()
	must(t, trySync(t, fsys, name))
}

func trySync(t testing.TB, fsys vfs.FS, name string) error {
	t.Helper()
	f, err := fsys.OpenFile(name, vfs.O_RDWR, 0)
	must(t, err)
	err = f.Datasync()
	must(t, f.Close())
	return err
}

// overwrite writes data at off into a file, without syncing it.
func overwrite(t testing.TB, fsys vfs.FS, name, data string, off int64) {
	t.Helper()
	f, err := fsys.OpenFile(name, vfs.O_RDWR, 0)
	must(t, err)
	_, err = f.WriteAt([]byte(data), off)
	must(t, err)
	must(t, f.Close())
}

// left returns the trees that power cuts may leave, each once, in order.
func left(t testing.TB, m *vfs.Mem) []string {
	t.Helper()
	var all []string
	for loss := range m.EveryLoss(1, 0) {
		all = append(all, tree(t, m.AfterCrash(loss), "/"))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// sectors returns one letter a sector.
func sectors(letters string) string {
	var b strings.Builder
	for _, c := range letters {
		b.WriteString(strings.Repeat(string(c), 512))
	}
	return b.String()
}

// letters is the inverse of sectors; a sector that holds a mixture is "?".
func letters(data string) string {
	var b strings.Builder
	for i := 0; i < len(data); i += 512 {
		s := data[i:min(i+512, len(data))]
		switch {
		case s == strings.Repeat(s[:1], len(s)) && s[0] != 0:
			b.WriteByte(s[0])
		case s == strings.Repeat(s[:1], len(s)):
			b.WriteByte('0')
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}

func TestTearing(t *testing.T) {
	m := disk(t, sectors("aaaa"))
	overwrite(t, m, "f", sectors("bc"), 512)
	var got []string
	for mask := range uint64(4) {
		got = append(got, letters(get(t, m.AfterCrash(vfs.KeepMask(mask)), "f")))
	}
	if want := []string{"aaaa", "abaa", "aaca", "abca"}; !slices.Equal(got, want) {
		t.Errorf("left %q, want %q", got, want)
	}
	half := get(t, m.AfterCrash(vfs.TearOnly(1)), "f")
	if want := sectors("ab") + strings.Repeat("c", 256) + strings.Repeat("a", 256) + sectors("a"); half != want {
		t.Errorf("torn inside a sector: %q", letters(half))
	}
}

func TestTear4096(t *testing.T) {
	m := disk(t, sectors(strings.Repeat("a", 32)))
	overwrite(t, m, "f", sectors(strings.Repeat("b", 32)), 0)
	seen := make(map[string]bool)
	for seed := range uint64(200) {
		got := letters(get(t, m.AfterCrash(vfs.Tear4096(seed)), "f"))
		for i := 0; i < 32; i += 8 {
			if got[i:i+8] != strings.Repeat(got[i:i+1], 8) {
				t.Fatalf("seed %d tore a block: %q", seed, got)
			}
		}
		seen[got] = true
	}
	if len(seen) != 16 {
		t.Errorf("%d ways to keep four blocks in 200 seeds, want 16", len(seen))
	}
}

// Of two versions of a sector, either may be on disk, or neither.
func TestVersions(t *testing.T) {
	m := disk(t, sectors("a"))
	overwrite(t, m, "f", sectors("b"), 0)
	overwrite(t, m, "f", sectors("c"), 0)
	var got []string
	for mask := range uint64(4) {
		got = append(got, letters(get(t, m.AfterCrash(vfs.KeepMask(mask)), "f")))
	}
	if want := []string{"a", "b", "c", "c"}; !slices.Equal(got, want) {
		t.Errorf("left %q, want %q", got, want)
	}
}

// A part of a sector that an earlier, lost write set comes along with a later one.
func TestPartialSectors(t *testing.T) {
	m := disk(t, sectors("a"))
	overwrite(t, m, "f", "b", 0)
	overwrite(t, m, "f", "c", 1)
	if got := get(t, m.AfterCrash(vfs.KeepOnly(1)), "f")[:3]; got != "bca" {
		t.Errorf("left %q, want bca", got)
	}
}

func TestSizes(t *testing.T) {
	m := disk(t, sectors("aa"))
	f, err := m.OpenFile("f", vfs.O_RDWR, 0)
	must(t, err)
	must(t, f.Truncate(512))
	_, err = f.WriteAt([]byte(sectors("bb")), 1024)
	must(t, err)
	must(t, f.Close())
	for _, row := range []struct {
		loss vfs.Loss
		want string
	}{
		{vfs.LoseAll, "aa"},
		{vfs.KeepAll, "a0bb"},
		{vfs.KeepFirst(1), "a"},           // the smaller size
		{vfs.KeepOnly(1), "aa"},           // bytes beyond the size are not seen
		{vfs.KeepMask(0b1010), "aab0"},    // one sector and the larger size
		{vfs.KeepSizesNotBytes, "a000"},   // zeros
		{vfs.KeepBytesNotSizes, "aa"},     //
		{vfs.KeepMask(0b1110), "aabb"},    // the smaller size lost: what it cut is back
		{vfs.KeepMask(0b1001), "a000"},    //
		{vfs.KeepNamesNotBytes, "aa"},     //
		{vfs.KeepBytesNotNames, "a0bb"},   //
		{vfs.LoseOnly(2), "a0b0"},         //
		{vfs.KeepMask(0b0111 &^ 1), "aa"}, // bytes beyond the size, which stays
	} {
		if got := letters(get(t, m.AfterCrash(row.loss), "f")); got != row.want {
			t.Errorf("%v: left %q, want %q", row.loss, got, row.want)
		}
	}
	img := m.AfterCrash(vfs.KeepOnly(1)) // what was cut off must not come back
	f, err = img.OpenFile("f", vfs.O_RDWR, 0)
	must(t, err)
	must(t, f.Truncate(2048))
	must(t, f.Close())
	if got := letters(get(t, img, "f")); got != "aa00" {
		t.Errorf("bytes beyond the size came back: %q", got)
	}
}

// Images, clones and what they were made of do not see each other's writes.
func TestImagesAreApart(t *testing.T) {
	m := disk(t, sectors("aaaaaaaaaaaa"))
	overwrite(t, m, "f", sectors("b"), 0)
	images := []*vfs.Mem{m.AfterCrash(vfs.LoseAll), m.AfterCrash(vfs.KeepAll), m.Clone(), m}
	for i, img := range images {
		overwrite(t, img, "f", fmt.Sprint(i), 0)
		overwrite(t, img, "f", fmt.Sprint(i), 5000)
		put(t, img, fmt.Sprint("n", i), "")
	}
	images = append(images, m.Clone())
	overwrite(t, m, "f", "x", 1)
	syncFile(t, m, "f")
	overwrite(t, m, "f", "y", 1)
	for i, want := range []string{"0a 0 f n0", "1b 1 f n1", "2b 2 f n2", "3y 3 f n3", "3b 3 f n3"} {
		data := get(t, images[i], "f")
		got := fmt.Sprintf("%s %c %s", data[:2], data[5000], strings.Join(images[i].Files(), " "))
		if got != want {
			t.Errorf("image %d: %q, want %q", i, got, want)
		}
	}
}

// A killed process loses nothing, and what it had not synced can still be lost.
func TestClone(t *testing.T) {
	m := disk(t, "old")
	lock, err := m.Lock("LOCK")
	must(t, err)
	defer lock.Close()
	overwrite(t, m, "f", "new", 0)
	next := m.Clone()
	if next.OpenHandles() != 0 || next.Ops() != 0 {
		t.Errorf("%d handles open after a kill, %d calls", next.OpenHandles(), next.Ops())
	}
	if got := tree(t, next, "/"); got != "LOCK= f=new" {
		t.Errorf("the next process finds %q", got)
	}
	if next.Hash() != m.Hash() {
		t.Error("a clone has another hash")
	}
	if got := tree(t, next.AfterCrash(vfs.LoseAll), "/"); got != "f=old" {
		t.Errorf("then a power cut leaves %q", got)
	}
	again, err := next.Lock("LOCK")
	must(t, err)
	must(t, again.Close())
}

// What a power cut left is durable, whole, and the same each time.
func TestImageIsSettled(t *testing.T) {
	for seed := range uint64(30) {
		m := vfs.NewMem()
		w := newWalker(m, "", seed)
		for range 200 {
			w.step()
		}
		for i := range uint64(10) {
			img := m.AfterCrash(vfs.KeepSome(i))
			if p := img.Pending(); len(p) > 0 {
				t.Fatalf("seed %d: pending in an image: %v", seed, p)
			}
			if img.AfterCrash(vfs.LoseAll).Hash() != img.Hash() || m.AfterCrash(vfs.KeepSome(i)).Hash() != img.Hash() {
				t.Fatalf("seed %d, loss %d: the image is not what it was", seed, i)
			}
			must(t, vfs.RemoveAll(img, "/d"))
		}
		w.close()
	}
}
