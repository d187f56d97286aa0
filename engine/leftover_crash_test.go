package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// stepKilledIn takes a step whose process is killed before its first call that at
// picks: what was pending is pending still.
func stepKilledIn(st step, at func(vfs.Op) bool) step {
	return step{st.name + ", killed in it", func(s *sim) error {
		dead := false
		s.mem.SetFault(func(op vfs.Op) error {
			if dead = dead || at(op); dead {
				return vfs.ErrCrashed
			}
			return nil
		})
		if err := st.do(s); err == nil || !dead {
			return fmt.Errorf("it was not killed: %w", err)
		}
		s.db, s.open = nil, false
		s.use(s.mem.Clone())
		return nil
	}, nil}
}

// switching picks the call that makes a checkpoint the current one: all before it is a
// leftover.
func switching(op vfs.Op) bool {
	return op.Kind == vfs.KindRename && strings.HasSuffix(op.To, "/CHECKPOINT")
}

// leftBehind is a database with a leftover of a checkpoint in every folder that one
// writes to.
func leftBehind() []step {
	return fresh(stepInsert("v1", doc("a", 1, 10)), stepCheckpoint(), stepInsert("v1", doc("b", 1, 10)), stepKilledIn(stepCheckpoint(), switching))
}

// A leftover that cannot be removed keeps nobody out: it is named, its number is left
// to it, and it goes when it can.
func TestLeftoverThatStays(t *testing.T) {
	for _, sync := range []bool{false, true} {
		s := newSim()
		mustDo(t, s.run(leftBehind()...))
		mustDo(t, s.mem.Remove(genDir+"/CHECKPOINT.tmp")) // it is in the way of what recovery writes itself
		want := []string{"generations/000001/segments/000002.seg", "generations/000001/wal/00000000000000000004.wal"}
		stuck := func(op vfs.Op) error {
			if op.Kind == vfs.KindRemove && slices.ContainsFunc(want, func(name string) bool { return op.Path == "data/"+name }) ||
				sync && op.Kind == vfs.KindSyncDir && (strings.HasSuffix(op.Path, "/segments") || strings.HasSuffix(op.Path, "/wal")) {
				return vfs.EPERM
			}
			return nil
		}
		s.mem.SetFault(stuck)
		for range 2 { // the second open finds them again
			db := mustOpen(t, s.options(s.mem))
			r := db.Recovery()
			if !slices.Equal(r.Unswept, want) || len(r.Swept) > 1 {
				t.Fatalf("swept %q, left %q", r.Swept, r.Unswept)
			}
			found, err := observe(db)
			mustDo(t, err)
			if how := s.now.differs(found); how != "" {
				t.Fatal(how)
			}
			mustDo(t, db.Close())
		}
		s.mem.SetFault(func(op vfs.Op) error {
			if op.Kind == vfs.KindSyncDir {
				return nil
			}
			return stuck(op)
		})
		mustDo(t, s.run(stepOpen(), stepInsert("v1", doc("c", 1, 10)), stepCheckpoint(), stepClose()))
		if _, err := s.mem.Stat(genDir + "/segments/000003.seg"); err != nil {
			t.Error("the number of a leftover was met again")
		}
		s.use(s.mem.AfterCrash(vfs.LoseAll))
		db := mustOpen(t, s.options(s.mem))
		r := db.Recovery()
		for _, name := range want {
			if len(r.Unswept) > 0 || !slices.Contains(r.Swept, name) {
				t.Errorf("swept %q, left %q", r.Swept, r.Unswept)
			}
		}
		_, err := oracle{s: s}.judge(db, s.mem)
		mustDo(t, err)
		mustDo(t, db.Close())
	}
}

// A restore leaves the snapshots of the database it replaced: verify checks and names
// them, and they are no problem. A folder that holds parts of two databases is one.
func TestVerifyNamesForeignSnapshots(t *testing.T) {
	twin := newSim()
	twin.seed = 2
	mustDo(t, twin.run(fresh(stepInsert("v1", doc("x", 1, 300)), stepCheckpoint(), stepClose())...))
	s := newSim()
	mustDo(t, s.run(fresh(stepInsert("v1", doc("a", 1, 10)), stepInsert("v1", doc("b", 1, 10)), stepCheckpoint(), stepClose())...))
	const folder = "snapshots/20260204T113009Z-2"
	var theirs []string
	for _, name := range twin.mem.Files() {
		if rest, ok := strings.CutPrefix(name, "data/snapshots/"); ok {
			theirs = append(theirs, rest[strings.Index(rest, "/")+1:])
		}
	}
	snapshots, err := twin.mem.ReadDir("data/snapshots")
	mustDo(t, err)
	from := "data/snapshots/" + snapshots[0].Name() + "/"
	with := func(change func(*vfs.Mem)) engine.VerifyResult {
		t.Helper()
		img := s.mem.Clone()
		for _, dir := range []string{"", "/segments", "/schemas"} {
			mustDo(t, img.Mkdir("data/"+folder+dir, 0o700))
		}
		for _, name := range theirs {
			rewrite(img, "data/"+folder+"/"+name, content(twin.mem, from+name))
		}
		change(img)
		before := img.Hash()
		r, err := engine.Verify(ctx, s.options(img), nil)
		mustDo(t, err)
		if img.Hash() != before {
			t.Error("verify changed something")
		}
		return r
	}
	r := with(func(*vfs.Mem) {})
	if !r.OK() || len(r.Foreign) != 1 || r.Foreign[0].Folder != folder || r.Foreign[0].UUID == "" {
		t.Errorf("%+v", r)
	}
	for _, name := range theirs {
		r := with(func(img *vfs.Mem) {
			data := content(img, "data/"+folder+"/"+name)
			data[len(data)/2] ^= 1
			rewrite(img, "data/"+folder+"/"+name, data)
		})
		if len(r.Problems) != 1 || r.Problems[0].File != folder+"/"+name {
			t.Errorf("%s damaged: %+v", name, r)
		}
	}
	ours := func(img *vfs.Mem) string {
		list, err := img.ReadDir("data/snapshots")
		mustDo(t, err)
		for _, e := range list {
			if name := "snapshots/" + e.Name(); name != folder {
				return "data/" + name
			}
		}
		t.Fatal("we have no snapshot")
		return ""
	}
	for _, name := range []string{"DATABASE", "manifest.json"} {
		r := with(func(img *vfs.Mem) { rewrite(img, "data/"+folder+"/"+name, content(img, ours(img)+"/"+name)) })
		if r.OK() || !strings.HasPrefix(r.Problems[0].File, folder) || r.Problems[0].Code != dberr.StorageCorruption {
			t.Errorf("our %s in their folder: %+v", name, r)
		}
		r = with(func(img *vfs.Mem) { rewrite(img, ours(img)+"/"+name, content(twin.mem, from+name)) })
		if r.OK() || r.Problems[0].Code != dberr.StorageCorruption {
			t.Errorf("their %s in our folder: %+v", name, r)
		}
	}
}
