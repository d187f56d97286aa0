package vfs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

func TestUnsyncedNames(t *testing.T) {
	rows := []struct {
		name string
		do   func(t *testing.T, m *vfs.Mem) // on a disk that holds f=old
		want []string                       // all that power cuts may leave
	}{
		{"nothing", func(t *testing.T, m *vfs.Mem) {}, []string{"f=old"}},
		{"name not synced", func(t *testing.T, m *vfs.Mem) {
			put(t, m, "n", "N")
			syncFile(t, m, "n")
		}, []string{"f=old", "f=old n=N"}},
		{"bytes not synced", func(t *testing.T, m *vfs.Mem) {
			put(t, m, "n", "N")
			must(t, m.SyncDir("/"))
		}, []string{"f=old n=", "f=old n=\x00", "f=old n=*", "f=old n=N", "f=old n=o"}}, // o is old garbage
		{"both synced", func(t *testing.T, m *vfs.Mem) {
			put(t, m, "n", "N")
			syncFile(t, m, "n")
			must(t, m.SyncDir("/"))
		}, []string{"f=old n=N"}},
		{"removed", func(t *testing.T, m *vfs.Mem) { must(t, m.Remove("f")) }, []string{"", "f=old"}},
		{"removed and synced", func(t *testing.T, m *vfs.Mem) {
			must(t, m.Remove("f"))
			must(t, m.SyncDir("/"))
		}, []string{""}},
		// The new name may stand beside the old: a rename caught in the middle.
		{"renamed", func(t *testing.T, m *vfs.Mem) { must(t, m.Rename("f", "g")) },
			[]string{"f=old", "f=old g=old", "g=old"}},
		{"replaced", func(t *testing.T, m *vfs.Mem) {
			put(t, m, "f.tmp", "new")
			syncFile(t, m, "f.tmp")
			must(t, m.SyncDir("/"))
			must(t, m.Rename("f.tmp", "f"))
		}, []string{"f=new", "f=new f.tmp=new", "f=old f.tmp=new"}},
		{"moved between directories", func(t *testing.T, m *vfs.Mem) {
			must(t, m.Mkdir("d", 0o700))
			must(t, m.SyncDir("/"))
			must(t, m.Rename("f", "d/f"))
		}, []string{"d/()", "d/() f=old", "d/(f=old)", "d/(f=old) f=old"}},
		{"linked", func(t *testing.T, m *vfs.Mem) { must(t, m.Link("f", "g")) },
			[]string{"f=old", "f=old g=old"}},
		{"linked, removed, synced elsewhere", func(t *testing.T, m *vfs.Mem) {
			must(t, m.Mkdir("d", 0o700))
			must(t, m.SyncDir("/"))
			must(t, m.Link("f", "d/g"))
			must(t, m.Remove("f"))
			must(t, m.SyncDir("/"))
		}, []string{"d/()", "d/(g=old)"}},
		{"file in a directory whose name is not synced", func(t *testing.T, m *vfs.Mem) {
			must(t, m.Mkdir("d", 0o700))
			put(t, m, "d/n", "N")
			syncFile(t, m, "d/n")
			must(t, m.SyncDir("d"))
		}, []string{"d/(n=N) f=old", "f=old"}},
		{"directory removed with its file", func(t *testing.T, m *vfs.Mem) {
			must(t, m.Mkdir("d", 0o700))
			must(t, m.Rename("f", "d/f"))
			must(t, m.SyncDir("/"))
			must(t, m.SyncDir("d"))
			must(t, m.Remove("d/f"))
			must(t, m.Remove("d"))
		}, []string{"", "d/()", "d/(f=old)"}},
		{"made again under the same name", func(t *testing.T, m *vfs.Mem) {
			must(t, m.Remove("f"))
			put(t, m, "f", "new")
			syncFile(t, m, "f")
		}, []string{"", "f=new", "f=old"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			m := disk(t, "old")
			row.do(t, m)
			got := left(t, m)
			for i, s := range got { // garbage has no fixed bytes
				if at := strings.Index(s, "n="); at >= 0 && at+3 == len(s) && !strings.ContainsAny(s[at+2:], "N\x00o") {
					got[i] = s[:at+2] + "*"
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, row.want) {
				t.Errorf("may leave %q, want %q", got, row.want)
			}
		})
	}
}
