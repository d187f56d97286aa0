package engine_test

import (
	"encoding/json"
	"path"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/vfs"
)

// LOCK says who holds it as long as somebody does, whatever a killed holder left there, and
// has the same bytes after every clean close.
func TestLockSaysWhoHoldsIt(t *testing.T) {
	db, o := newDB(t)
	mustClose := func(db *engine.DB) {
		t.Helper()
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	mustClose(db)
	name := path.Join(o.Dir, "LOCK")
	text := func() string {
		t.Helper()
		data, err := vfs.ReadFile(o.FS, name, 4096)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	closed := strings.Repeat(" ", 511) + "\n"
	if got := text(); got != closed {
		t.Fatalf("after a clean close: %q", got)
	}
	for _, left := range []string{"", closed, `{"pid":7,"command":"killed` + strings.Repeat("x", 1000) + `","started":"then"}` + "\n"} {
		for _, command := range []string{"aerodb run a.lua", strings.Repeat("long ", 200)} {
			f, err := o.FS.OpenFile(name, vfs.O_RDWR|vfs.O_TRUNC, 0)
			if err == nil {
				_, err = f.WriteAt([]byte(left), 0)
			}
			if err != nil || f.Close() != nil {
				t.Fatal(err)
			}
			o.Pid, o.Command = 4711, command
			db := mustOpen(t, o)
			var got struct {
				Pid              int
				Command, Started string
			}
			if err := json.Unmarshal([]byte(text()), &got); err != nil || got.Pid != 4711 || got.Command != command || got.Started == "" {
				t.Errorf("%d bytes were left: %q, %v", len(left), text(), err)
			}
			mustClose(db)
			if got := text(); got != closed {
				t.Errorf("%d bytes were left, after a clean close: %q", len(left), got)
			}
		}
	}
}
