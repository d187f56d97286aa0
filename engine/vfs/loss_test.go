package vfs_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

func TestEveryLoss(t *testing.T) {
	names := func(m *vfs.Mem, most int) (list []string) {
		for loss := range m.EveryLoss(7, most) {
			list = append(list, loss.String())
		}
		return list
	}
	m := disk(t, sectors("a"))
	overwrite(t, m, "f", sectors(strings.Repeat("b", 3)), 0) // three sectors and a size
	few := names(m, 0)
	if want := 10 + 1<<4 + 4*4 + 3*2 + 32; len(few) != want {
		t.Errorf("%d losses for 4 pending, want %d", len(few), want)
	}
	overwrite(t, m, "f", sectors(strings.Repeat("c", 200)), 0)
	many := names(m, 20)
	if want := 10 + 4*19 + 2*19 + 32; len(many) != want { // every 11th of 205, all bytes
		t.Errorf("%d losses for %d pending, want %d", len(many), len(m.Pending()), want)
	}
	if !slices.Equal(many, names(m, 20)) {
		t.Error("the losses differ from one time to the next")
	}
	slices.Sort(many)
	if got := slices.Compact(many); len(got) != len(many) {
		t.Errorf("a loss is yielded twice in %q", many)
	}
	for range m.EveryLoss(0, 0) {
		break // which must not hurt
	}
}

// What is left of a sector that is neither old nor new, and of the names.
func TestDamagingLosses(t *testing.T) {
	const size = 512
	after := func(loss vfs.Loss) string {
		m := disk(t, sectors("a"))
		put(t, m, "other", sectors("xy"))
		must(t, m.SyncDir("/"))
		overwrite(t, m, "f", sectors("b"), 0)
		data, err := vfs.ReadFile(m.AfterCrash(loss), "f", size)
		must(t, err)
		return string(data)
	}
	a, b := strings.Repeat("a", size/2), strings.Repeat("b", size/2)
	for _, c := range []struct {
		loss vfs.Loss
		want string
	}{{vfs.KeepTorn, b + a}, {vfs.KeepTornEnd, a + b}, {vfs.LoseAll, a + a}, {vfs.KeepAll, b + b}} {
		if got := after(c.loss); got != c.want {
			t.Errorf("%v: %.20q...", c.loss, got)
		}
	}
	for _, loss := range []vfs.Loss{vfs.KeepGarbage, vfs.KeepStale} { // the sector is the file's own
		if got := after(loss); got == a+a || got == b+b || got == sectors("x") || len(got) != size {
			t.Errorf("garbage is %.20q...", got)
		}
	}
	grown := disk(t, sectors("a"))
	put(t, grown, "other", sectors("xy"))
	must(t, grown.SyncDir("/"))
	overwrite(t, grown, "f", sectors("b"), size)
	data, err := vfs.ReadFile(grown.AfterCrash(vfs.KeepStale), "f", 2*size)
	must(t, err)
	if string(data) != sectors("ay") {
		t.Errorf("new space shows %.20q...", data[size:])
	}

	m := disk(t, sectors("a"))
	overwrite(t, m, "f", sectors(strings.Repeat("b", 16)), 0)
	pending := m.Pending()
	for _, c := range []struct {
		loss vfs.Loss
		want string
	}{
		{vfs.KeepOnlyBlock(pending[3]), strings.Repeat("b", 8)},
		{vfs.LoseOnlyBlock(pending[3]), "a" + strings.Repeat("\x00", 7) + strings.Repeat("b", 8)},
	} {
		withSize := vfs.KeepIf("", func(p vfs.Pending) bool { return p.Kind == vfs.PendingSize || c.loss.Fate(p) == vfs.Kept })
		data, err := vfs.ReadFile(m.AfterCrash(withSize), "f", 1<<20)
		must(t, err)
		if want := sectors(c.want); !strings.HasPrefix(string(data), want) || strings.Trim(string(data[len(want):]), "\x00") != "" {
			t.Errorf("%v: other bytes", c.loss)
		}
	}
	m = vfs.NewMem()
	put(t, m, "1", "one")
	put(t, m, "2", "two")
	for n, want := range []string{"", "1", "1 2"} {
		if got := strings.Join(m.AfterCrash(vfs.KeepNamesFirst(n*3, true)).Files(), " "); got != want {
			t.Errorf("of %v the names of the first %d: %q", m.Pending(), n*3, got)
		}
	}
}

func TestPendingList(t *testing.T) {
	m := disk(t, sectors("a"))
	must(t, m.Mkdir("d", 0o700))
	must(t, m.Rename("f", "d/f"))
	overwrite(t, m, "d/f", sectors("bb"), 512)
	must(t, m.Rename("d/f", "d/g"))
	must(t, m.Mkdir("e", 0o700))
	must(t, m.Remove("e"))
	var got []string
	for i, p := range m.Pending() {
		if p.N != i {
			t.Errorf("number %d is %d", i, p.N)
		}
		got = append(got, p.String())
	}
	want := []string{
		"name d", "name d/f", "gone f", "bytes d/g @512", "bytes d/g @1024", "size d/g 1536",
		"rename d/f d/g", "name e", "gone e",
	}
	if !slices.Equal(got, want) {
		t.Errorf("pending %q, want %q", got, want)
	}
	put(t, m, "x", "no name leads here after a power cut")
	must(t, m.Remove("x"))
	must(t, m.SyncDir("/"))
	for _, p := range m.Pending() {
		if p.Path == "x" {
			t.Errorf("%v is pending", p)
		}
	}
}

// Equal trees have equal hashes, however they came to be; others have others.
func TestHash(t *testing.T) {
	made := func(do func(m *vfs.Mem)) [32]byte {
		m := vfs.NewMem()
		do(m)
		return m.Hash()
	}
	long := strings.Repeat("x", 9000)
	same := [][32]byte{
		made(func(m *vfs.Mem) { put(t, m, "a", long); put(t, m, "b", "") }),
		made(func(m *vfs.Mem) { put(t, m, "b", "y"); put(t, m, "c", long); put(t, m, "b", ""); m.Rename("c", "a") }),
		made(func(m *vfs.Mem) {
			put(t, m, "b", "")
			put(t, m, "a", long+long)
			m.Hash()
			overwrite(t, m, "a", strings.Repeat("\x00", 9000), 0)
			put(t, m, "a", long)
		}),
	}
	others := [][32]byte{
		made(func(m *vfs.Mem) {}),
		made(func(m *vfs.Mem) { put(t, m, "a", long) }),
		made(func(m *vfs.Mem) { put(t, m, "a", long); must(t, m.Mkdir("b", 0o700)) }),
		made(func(m *vfs.Mem) { put(t, m, "a", long+"\x00"); put(t, m, "b", "") }),
		made(func(m *vfs.Mem) { put(t, m, "a", long[1:]); put(t, m, "b", "x") }),
		made(func(m *vfs.Mem) { put(t, m, "a", long); overwrite(t, m, "a", "y", 8000); put(t, m, "b", "") }),
		made(func(m *vfs.Mem) { must(t, m.Mkdir("a", 0o700)); put(t, m, "a/b", "") }),
	}
	if same[0] != same[1] || same[0] != same[2] {
		t.Error("equal trees, other hashes")
	}
	for i, a := range others {
		if a == same[0] || slices.Contains(others[:i], a) {
			t.Errorf("tree %d has the hash of another", i)
		}
	}
	zeros := made(func(m *vfs.Mem) { put(t, m, "a", strings.Repeat("\x00", 9000)) })
	hole := made(func(m *vfs.Mem) {
		put(t, m, "a", "x")
		m.Hash() // the page is shared from here on
		overwrite(t, m, "a", "\x00", 0)
		overwrite(t, m, "a", "\x00", 8999)
	})
	if zeros != hole {
		t.Error("a hole and zeros read the same, but hash differently")
	}
}

// Many writers, and images taken and read meanwhile: for the race detector, and
// every writer finds what it wrote.
func TestConcurrent(t *testing.T) {
	m := vfs.NewMem()
	m.SetFault(func(op vfs.Op) error { return nil })
	var wg sync.WaitGroup
	for _, name := range []string{"a", "b", "c", "d"} {
		wg.Go(func() {
			f, err := m.OpenFile(name, vfs.O_RDWR|vfs.O_CREATE, 0o600)
			if err != nil {
				t.Error(err)
				return
			}
			for i := range 100 {
				if _, err := f.WriteAt([]byte(sectors(name)), int64(i)*512); err != nil {
					t.Error(err)
				}
				if i%10 == 0 {
					img := m.AfterCrash(vfs.KeepSome(uint64(i)))
					wg.Go(func() { img.Hash(); _ = img.Mkdir("new", 0o700); img.Hash() })
					_ = f.Datasync()
				}
			}
			_ = f.Close()
		})
	}
	wg.Wait()
	for _, name := range m.Files() {
		if got := letters(get(t, m, name)); got != strings.Repeat(name, 100) {
			t.Errorf("%s holds %q", name, got)
		}
	}
}
