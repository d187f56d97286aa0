package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// found opens and verifies a database of which the file name is damaged. It is refused,
// or answers as the whole one does; then verify names the file, or one that is the same
// file under another name. Nothing is changed either way.
func found(s *sim, img *vfs.Mem, name string) error {
	aliases := sameFiles(img, name)
	if refused, err := damaged(s, img.Clone()); refused || err != nil {
		return err
	}
	before := img.Hash()
	r, err := engine.Verify(ctx, s.options(img), nil)
	if err != nil {
		return err
	}
	if img.Hash() != before {
		return errors.New("verify changed something")
	}
	for _, p := range r.Problems {
		if corruption(p.Code) && slices.Contains(aliases, path.Join(dataDir, p.File)) {
			return nil
		}
	}
	return fmt.Errorf("it passed: %+v", r)
}

// sameFiles lists the names of the file name, itself first, and of what it may be
// mistaken for: the manifest of the folder it lies in.
func sameFiles(img *vfs.Mem, name string) []string {
	list := []string{name}
	for _, other := range img.Files() {
		if other != name && vfs.SameFile(img, name, other) {
			list = append(list, other)
		}
	}
	if path.Base(name) == "manifest.json" { // one that was exchanged may be the one believed
		list = append(list, path.Join(path.Dir(name), "DATABASE"))
	}
	return list
}

// TestEveryDamagedFile does to each file, of snapshots too, what happens to whole files.
func TestEveryDamagedFile(t *testing.T) {
	s, img := damageable(t, true)
	cases := 0
	for _, name := range img.Files() {
		if name == "data/LOCK" {
			continue // TestLockIsNotRead
		}
		data := content(img, name)
		for what, change := range map[string]func() []byte{
			"emptied":             func() []byte { return nil },
			"zero-filled":         func() []byte { return make([]byte, len(data)) },
			"zero-filled at last": func() []byte { return append(bytes.Clone(data[:len(data)-1]), 0) },
			"cut by half":         func() []byte { return data[:len(data)/2] },
			"cut by one byte":     func() []byte { return data[:len(data)-1] },
			"one byte longer":     func() []byte { return append(bytes.Clone(data), 0) },
			"a block longer":      func() []byte { return append(bytes.Clone(data), make([]byte, 4096)...) },
			"twice":               func() []byte { return append(bytes.Clone(data), data...) },
		} {
			is := change()
			if bytes.Equal(is, data) {
				continue
			}
			bad := img.AfterCrash(vfs.KeepAll)
			rewrite(bad, name, is)
			cases++
			if err := found(s, bad, name); err != nil {
				t.Errorf("%s %s: %v", name, what, err)
			}
		}
		bad := img.AfterCrash(vfs.KeepAll)
		mustDo(t, bad.Remove(name))
		cases++
		if err := found(s, bad, name); err != nil {
			t.Errorf("%s removed: %v", name, err)
		}
	}
	t.Logf("%d damaged files", cases)
	tally.files.add(cases)
}

// kindOf names what a file is; files of a kind may be swapped.
func kindOf(name string) string {
	base := path.Base(name)
	if i := strings.LastIndexByte(base, '.'); i >= 0 && base != "manifest.json" {
		return base[i:]
	}
	return base
}

// TestFilesOfOneKindSwapped exchanges each two files of a kind, in the data directory
// and in snapshots.
func TestFilesOfOneKindSwapped(t *testing.T) {
	s, img := damageable(t, true, stepInsert("v1", doc("f", 7, 10)), stepCheckpoint(), stepInsert("v1", doc("g", 8, 10)))
	files := img.Files()
	cases := 0
	for i, a := range files {
		for _, b := range files[i+1:] {
			x, y := content(img, a), content(img, b)
			if kindOf(a) != kindOf(b) || bytes.Equal(x, y) {
				continue
			}
			bad := img.AfterCrash(vfs.KeepAll)
			mustDo(t, bad.Rename(a, "aside"))
			mustDo(t, bad.Rename(b, a))
			mustDo(t, bad.Rename("aside", b))
			cases++
			if err := found(s, bad, a); err != nil && found(s, bad, b) != nil {
				t.Errorf("%s and %s swapped: %v", a, b, err)
			}
		}
	}
	t.Logf("%d swapped pairs", cases)
	tally.files.add(cases)
}

// TestDuplicatedFiles puts a copy of each file beside it, under a name of its kind and
// under others: none is read, each is named.
func TestDuplicatedFiles(t *testing.T) {
	s, img := damageable(t, true)
	cases := 0
	for _, name := range img.Files() {
		if strings.HasPrefix(name, "data/snapshots/") {
			continue
		}
		dir := path.Dir(name)
		for _, copied := range []string{name + ".tmp", name + "~", "data/" + path.Base(name) + ".old", dir + "/000099.seg", dir + "/00000000000000000099.wal", dir + "/t_v9.json"} {
			dup := img.AfterCrash(vfs.KeepAll)
			rewrite(dup, copied, content(img, name))
			cases++
			v, err := engine.Verify(ctx, s.options(dup), nil)
			mustDo(t, err)
			if !v.OK() || !slices.Equal(v.Unknown, []string{strings.TrimPrefix(copied, "data/")}) {
				t.Errorf("%s as %s: verify finds %+v", name, copied, v)
			}
			db, err := engine.Open(ctx, s.options(dup))
			if err != nil {
				t.Errorf("%s as %s: %v", name, copied, err)
				continue
			}
			r := db.Recovery()
			if !slices.Contains(append(r.Swept, r.Unknown...), strings.TrimPrefix(copied, "data/")) {
				t.Errorf("%s as %s: not named in %+v", name, copied, r)
			}
			if err := answers(s, db, nil); err != nil {
				t.Errorf("%s as %s: %v", name, copied, err)
			}
			mustDo(t, db.Close())
		}
	}
	t.Logf("%d duplicates", cases)
	tally.files.add(cases)
}

// The text of LOCK is not read, unless the lock is held: so no damage to it matters.
func TestLockIsNotRead(t *testing.T) {
	s, img := damageable(t, true)
	for _, text := range [][]byte{nil, []byte("{"), bytes.Repeat([]byte{0xff}, 10000)} {
		bad := img.AfterCrash(vfs.KeepAll)
		rewrite(bad, "data/LOCK", text)
		bad.SetFault(func(op vfs.Op) error {
			if op.Path == "data/LOCK" && op.Kind == vfs.KindRead {
				t.Errorf("call %s", op)
			}
			return nil
		})
		if refused, err := damaged(s, bad); refused || err != nil {
			t.Errorf("LOCK of %d bytes: refused: %t, %v", len(text), refused, err)
		}
	}
}

// TestEveryDamagedByteOfSnapshots flips the bytes that Open does not look at: verify and
// opening the snapshot do.
func TestEveryDamagedByteOfSnapshots(t *testing.T) {
	s, img := damageable(t, true)
	cases := 0
	for _, name := range img.Files() {
		if !strings.HasPrefix(name, "data/snapshots/") || len(sameFiles(img, name)) > 1 && strings.HasSuffix(name, ".seg") {
			continue // a segment that is live is tried there
		}
		data := content(img, name)
		for i, was := range data {
			if !*crashLong && i%11 != 0 || slowBuild && i%31 != 0 {
				continue
			}
			for k, is := range [...]byte{was ^ 0x01, was ^ 0x80, 0, 0xff} {
				if is == was || !*crashLong && k != i/11%4 {
					continue
				}
				bad := img.AfterCrash(vfs.KeepAll)
				data[i] = is
				rewrite(bad, name, data)
				data[i] = was
				cases++
				if err := found(s, bad, name); err != nil {
					t.Fatalf("%s: byte %d from %#x to %#x: %v", name, i, was, is, err)
				}
				if err := openDamagedSnapshot(s, bad, name); err != nil {
					t.Fatalf("%s: byte %d from %#x to %#x, the snapshot opened: %v", name, i, was, is, err)
				}
			}
		}
	}
	t.Logf("%d damaged bytes", cases)
	tally.bytes.add(cases)
}

// openDamagedSnapshot opens the snapshot that a damaged file is of: it is refused.
func openDamagedSnapshot(s *sim, img *vfs.Mem, name string) error {
	o := s.options(img)
	o.Dir = strings.Join(strings.Split(name, "/")[:3], "/")
	o.Verify = engine.VerifyFull
	db, err := engine.Open(ctx, o)
	if err == nil {
		_ = db.Close()
		return errors.New("it passed")
	}
	return nil
}

// TestEveryDamagedByteOfABackup flips, cuts and extends a backup: it is refused as
// invalid before it replaces anything.
func TestEveryDamagedByteOfABackup(t *testing.T) {
	s := newSim()
	mustDo(t, s.run(fresh(stepInsert("v1", doc("a", 1, 10)), stepCheckpoint(), stepInsert("v1", doc("b", 1, 300)), stepBackup(), stepClose())...))
	cases := 0
	refuse := func(what string, tar []byte) {
		t.Helper()
		cases++
		_, err := engine.InspectBackup(ctx, bytes.NewReader(tar), backupName, newClock().Now, nil)
		wantCode(t, err, dberr.BackupInvalid)
		if cases%16 != 0 {
			return
		}
		img := s.mem.AfterCrash(vfs.KeepAll)
		before := fmt.Sprint(img.Files())
		if _, err := engine.Restore(ctx, s.options(img), bytes.NewReader(tar), engine.RestoreOptions{}); !corruption(dberr.CodeOf(err)) {
			t.Fatalf("%s: %v", what, err)
		}
		if after := fmt.Sprint(img.Files()); after != before {
			t.Fatalf("%s: there are the files %s, there were %s", what, after, before)
		}
	}
	stride := 7
	if *crashLong {
		stride = 1
	}
	for i := 0; i < len(s.tar); i += stride {
		was := s.tar[i]
		for k, is := range [...]byte{was ^ 0x01, was ^ 0x80, 0, 0xff} {
			if is == was || !*crashLong && k != i%4 {
				continue
			}
			bad := bytes.Clone(s.tar)
			bad[i] = is
			refuse(fmt.Sprintf("byte %d is %#x", i, is), bad)
		}
		refuse(fmt.Sprintf("%d bytes", i), s.tar[:i])
	}
	refuse("one byte more", append(bytes.Clone(s.tar), 1))
	t.Logf("%d damaged backups", cases)
	tally.files.add(cases)
}
