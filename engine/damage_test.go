package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// damageable is a database with a file of every kind, and what it answers.
func damageable(t *testing.T, seal bool, extra ...step) (*sim, *vfs.Mem) {
	t.Helper()
	s := newSim()
	steps := append(fresh(stepInsert("v1", doc("a", 1, 10), doc("b", 2, 300)), stepDefine(schemaV2), stepCheckpoint(),
		stepInsert("v2", doc("c", 3, 10)), stepCheckpoint(), stepInsert("v1", doc("d", 4, 700)), stepReplace("v2", doc("a", 5, 10)), stepInsert("v2", doc("e", 6, 10))), extra...)
	if err := s.run(steps...); err != nil {
		t.Fatal(err)
	}
	if seal {
		if err := s.run(stepClose()); err != nil {
			t.Fatal(err)
		}
	}
	return s, s.mem.AfterCrash(vfs.KeepAll)
}

// damaged opens a damaged database. It is refused, naming a file and changing
// nothing, or it answers as the whole one does, or as one of the states allowed.
func damaged(s *sim, img *vfs.Mem, allowed ...*model) (refused bool, err error) {
	before := img.AfterCrash(vfs.KeepAll)
	o := s.options(img)
	o.Verify = engine.VerifyFull
	db, err := engine.Open(ctx, o)
	if err == nil {
		err = answers(s, db, allowed)
		if cerr := db.Close(); err == nil {
			err = cerr
		}
		if err == nil {
			return false, nil
		}
	}
	if n := img.OpenHandles(); n != 0 {
		return true, fmt.Errorf("%d files stay open after %w", n, err)
	}
	if e := dberr.From(err); !corruption(e.Code) || e.Path == "" {
		return true, err
	}
	for _, name := range changed(before, img) {
		if name != "data/LOCK" && db == nil {
			return true, fmt.Errorf("%s was changed although %w", name, err)
		}
	}
	return true, nil
}

// corruption reports whether a command that ends with the code exits with 4.
func corruption(code dberr.Code) bool {
	switch code {
	case dberr.StorageCorruption, dberr.WALCorruption, dberr.BackupInvalid, dberr.RecoverySchemaMissing, dberr.RecoveryInconsistent:
		return true
	}
	return false
}

// answers compares everything that the database says.
func answers(s *sim, db *engine.DB, allowed []*model) error {
	found, err := observe(db)
	if err != nil {
		return err
	}
	if _, err := db.Snapshots(); err != nil {
		return err
	}
	how := s.now.differs(found)
	for _, m := range allowed {
		if how != "" && m.differs(found) == "" {
			return nil
		}
	}
	if how != "" {
		return errors.New("a wrong answer: " + how)
	}
	return nil
}

// rewrite replaces the content of a file.
func rewrite(img *vfs.Mem, name string, data []byte) {
	f, err := img.OpenFile(name, vfs.O_RDWR|vfs.O_CREATE, 0o600)
	if err == nil {
		_ = f.Truncate(int64(len(data)))
		_, _ = f.WriteAt(data, 0)
		_ = f.Close()
	}
}

func content(img *vfs.Mem, name string) []byte {
	data, _ := vfs.ReadFile(img, name, 1<<20)
	return data
}

// lastLost is the state without the last record, which is all that a damaged sector
// that reads as zeros can make of an unsealed log: see package wal.
func lastLost(s *sim) *model {
	m := s.now.clone()
	delete(m.docs, "t v2 e")
	m.sequence--
	return m
}

// unchecked are the files that Open leaves to verify: the contents of snapshots.
func unchecked(name string) bool {
	return strings.HasPrefix(name, "data/snapshots/") && !strings.HasSuffix(name, "/manifest.json")
}

func TestEveryDamagedByte(t *testing.T) {
	for _, seal := range []bool{true, false} {
		t.Run(fmt.Sprintf("sealed=%t", seal), func(t *testing.T) {
			t.Parallel()
			s, img := damageable(t, seal)
			allowed := []*model{lastLost(s)}
			if seal {
				allowed = nil
			}
			cases := 0
			for _, name := range img.Files() {
				data := content(img, name)
				for i, was := range data {
					if unchecked(name) || !*crashLong && skipByte(name, i, seal) {
						continue
					}
					for k, is := range [...]byte{was ^ 0x01, was ^ 0x80, 0, 0xff} {
						if is == was || !*crashLong && k != i%4 {
							continue
						}
						bad := img.AfterCrash(vfs.KeepAll)
						data[i] = is
						rewrite(bad, name, data)
						data[i] = was
						cases++
						if _, err := damaged(s, bad, allowed...); err != nil {
							t.Fatalf("%s: byte %d from %#x to %#x: %v", name, i, was, is, err)
						}
					}
				}
			}
			t.Logf("%d damaged bytes", cases)
			tally.bytes.add(cases)
		})
	}
}

// skipByte thins out what is tried at each run: package wal tries each byte of logs.
func skipByte(name string, i int, seal bool) bool {
	switch {
	case slowBuild && i%31 != 0:
		return true
	case strings.HasSuffix(name, ".wal"):
		return i%3 != 0 || i%7 != 0 && i > 4096
	case !seal:
		return true // only the log differs
	}
	return i%2 != 0
}

func TestEveryTruncation(t *testing.T) {
	s, img := damageable(t, true)
	cases := 0
	for _, name := range img.Files() {
		data := content(img, name)
		stride := 1
		if !*crashLong {
			stride = 1 + len(data)/100
		}
		if unchecked(name) || name == "data/LOCK" {
			continue
		}
		for n := 0; n <= len(data)+1; n += stride {
			if n == len(data) {
				continue
			}
			bad := img.AfterCrash(vfs.KeepAll)
			rewrite(bad, name, append(slices.Clone(data), 0)[:min(n, len(data)+1)])
			cases++
			refused, err := damaged(s, bad)
			if err == nil && !refused {
				err = errors.New("it passed")
			}
			if err != nil {
				t.Fatalf("%s: %d bytes of %d: %v", name, n, len(data), err)
			}
		}
		bad := img.AfterCrash(vfs.KeepAll)
		rewrite(bad, name, append(slices.Clone(data), 0))
		if refused, err := damaged(s, bad); err != nil || !refused {
			t.Fatalf("%s: one byte more: refused %t, %v", name, refused, err)
		}
		bad = img.AfterCrash(vfs.KeepAll)
		if err := bad.Remove(name); err != nil {
			t.Fatal(err)
		}
		if refused, err := damaged(s, bad); err != nil || !refused {
			t.Fatalf("%s removed: refused %t, %v", name, refused, err)
		}
	}
	t.Logf("%d truncations", cases)
	tally.files.add(cases)
}

// TestSwappedFiles puts each file in the place of each other one of its kind, and
// each into the place of its namesake of another database and of an older state.
func TestSwappedFiles(t *testing.T) {
	s, img := damageable(t, true)
	twin := newSim()
	twin.seed = 2
	if err := twin.run(fresh(stepInsert("v1", doc("x", 1, 10), doc("y", 2, 300)), stepDefine(schemaV2), stepCheckpoint(),
		stepInsert("v2", doc("z", 3, 10)), stepCheckpoint(), stepInsert("v1", doc("w", 4, 700)), stepClose())...); err != nil {
		t.Fatal(err)
	}
	cases := 0
	try := func(what, name string, data []byte) {
		if what == "twin's" && strings.HasSuffix(name, "/manifest.json") {
			return // a snapshot of another database, as a restore leaves: not listed
		}
		if data == nil || unchecked(name) || name == "data/LOCK" || bytes.Equal(data, content(img, name)) {
			return
		}
		bad := img.AfterCrash(vfs.KeepAll)
		rewrite(bad, name, data)
		cases++
		refused, err := damaged(s, bad)
		if err == nil && !refused {
			err = errors.New("it passed")
		}
		if err != nil {
			t.Errorf("%s as %s: %v", what, name, err)
		}
	}
	for _, name := range img.Files() {
		for _, other := range img.Files() {
			try(other, name, content(img, other))
		}
		try("twin's", name, content(twin.mem, name))
	}
	s, img = damageable(t, true, stepInsert("v1", doc("f", 7, 10)), stepCheckpoint(), stepInsert("v1", doc("g", 8, 10)))
	_, older := damageable(t, true)
	for _, name := range img.Files() {
		try("older", name, content(older, name))
	}
	t.Logf("%d swaps", cases)
	tally.files.add(cases)
}
