package vfs_test

import (
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

func TestFailedSync(t *testing.T) {
	m := disk(t, sectors("aa"))
	overwrite(t, m, "f", sectors("bb"), 0)
	m.FailAt(m.Ops()+1, vfs.EIO) // open, sync
	if err := trySync(t, m, "f"); err == nil {
		t.Fatal("the sync did not fail")
	}
	overwrite(t, m, "f", sectors("c"), 512)
	syncFile(t, m, "f") // the retry says nil
	if got := letters(get(t, m, "f")); got != "bc" {
		t.Errorf("the page cache shows %q, want bc", got)
	}
	if got := letters(get(t, m.AfterCrash(vfs.LoseAll), "f")); got != "ac" {
		t.Errorf("left %q, want ac: the first sector was dropped, the second written again", got)
	}
	if got := letters(get(t, m.AfterCrash(vfs.KeepAll), "f")); got != "bc" {
		t.Errorf("left %q, want bc: dropped bytes may be on disk, but not over newer ones", got)
	}
	if got := letters(get(t, m.Clone().AfterCrash(vfs.LoseAll), "f")); got != "ac" {
		t.Errorf("a restart made dropped bytes durable: %q", got)
	}
	overwrite(t, m, "f", sectors("b"), 0) // recovery writes it again
	syncFile(t, m, "f")
	if got := letters(get(t, m.AfterCrash(vfs.LoseAll), "f")); got != "bc" || len(m.Pending()) > 0 {
		t.Errorf("left %q, want bc; pending %v", got, m.Pending())
	}
}

func TestFailedSyncDir(t *testing.T) {
	m := disk(t, "old")
	must(t, m.Rename("f", "g"))
	m.FailAt(m.Ops(), vfs.EIO)
	if err := m.SyncDir("/"); err == nil {
		t.Fatal("the sync did not fail")
	}
	put(t, m, "n", "")
	must(t, m.SyncDir("/"))
	if got := tree(t, m.AfterCrash(vfs.LoseAll), "/"); got != "f=old n=" {
		t.Errorf("left %q: the retry made the rename durable", got)
	}
	if got := tree(t, m.AfterCrash(vfs.KeepAll), "/"); got != "g=old n=" {
		t.Errorf("left %q", got)
	}
	must(t, m.Rename("g", "h"))
	must(t, m.SyncDir("/"))
	if got := tree(t, m.AfterCrash(vfs.KeepAll), "/"); got != "h=old n=" {
		t.Errorf("left %q: an older change won over a newer", got)
	}
	if got := tree(t, m.AfterCrash(vfs.LoseAll), "/"); got != "f=old h=old n=" {
		t.Errorf("left %q", got)
	}
}
