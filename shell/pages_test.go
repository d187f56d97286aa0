package shell

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"context"
	"slices"
	"strings"
)

var update = flag.Bool("update", false, "rewrite the generated pages and golden files")

// TestGeneratedFiles says that the committed pages and annotations are what the
// registry makes. go test ./shell -update writes them.
func TestGeneratedFiles(t *testing.T) {
	files := map[string]string{filepath.Join("..", "lualib", "aerodb.lua"): Annotations()}
	for name, page := range Pages() {
		files[filepath.Join("..", "docs", "lua", name)] = page
	}
	for name, want := range files {
		if *update {
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
		} else if string(got) != want {
			t.Errorf("%s is not what the registry makes; run: go test ./shell -run Generated -update", name)
		}
	}
}

// TestAnnotationsAreLua compiles the file for editors.
func TestAnnotationsAreLua(t *testing.T) {
	s := newSession(t)
	if _, err := s.runtime.Load(Annotations(), "aerodb.lua"); err != nil {
		t.Fatal(err)
	}
}

// TestResultTypes compares the documented members of results with real ones.
func TestResultTypes(t *testing.T) {
	s := newDiskSession(t)
	s.mustRun(t, people)
	s.mustRun(t, "storage.checkpoint()")
	tar := s.dir + "/b.tar"
	for _, c := range []struct {
		module, name, call string
	}{
		{"storage", "Stats", "storage.stats()"},
		{"storage", "Checkpoint", "storage.checkpoint()"},
		{"storage", "Snapshot", "storage.snapshot()"},
		{"storage", "Snapshot", "storage.snapshots()[1]"},
		{"storage", "Snapshot", "storage.checkpoint().snapshot"},
		{"storage", "Reopen", "storage.reopen()"},
		{"storage", "Compact", "storage.compact()"},
		{"storage", "Backup", "storage.backup('" + tar + "')"},
		{"storage", "Backup", "storage.inspect_backup('" + tar + "')"},
		{"storage", "Restore", "storage.restore('" + tar + "')"},
		{"storage", "Undo", "storage.undo_restore()"},
		{"storage", "Restore", "storage.restore{input = '" + tar + "'}"},
		{"storage", "Undo", "storage.drop_previous()"},
		{"storage", "Drill", "storage.drill{input = '" + tar + "'}"},
		{"storage", "Diff", "storage.diff('" + tar + "', 'live')"},
		{"storage", "Verify", "storage.verify()"},
		{"collection", "Plan", "db.users:explain{filter = {age = 1}, limit = 1}"},
		{"collection", "Export", "db.users:export('" + s.dir + "/x.jsonl')"},
		{"collection", "Import", "db.users:import('" + s.dir + "/empty.jsonl')"},
	} {
		if err := os.WriteFile(s.dir+"/empty.jsonl", nil, 0o600); err != nil {
			t.Fatal(err)
		}
		values, err := s.Run(context.Background(), "test.lua", "return "+c.call, nil)
		if err != nil {
			t.Fatal(report(err))
		}
		checkMembers(t, c.call, s, c.module, c.name, values[0].(*lua.LTable))
	}
}

func checkMembers(t *testing.T, call string, s *fixture, module, name string, got *lua.LTable) {
	t.Helper()
	m := s.Registry.Module(module)
	for i := range m.Types {
		if m.Types[i].Name != name {
			continue
		}
		var known []string
		for _, f := range m.Types[i].Fields {
			known = append(known, f.Name)
			if got.RawGetString(f.Name) == lua.LNil && !strings.HasSuffix(f.Type, "?") {
				t.Errorf("%s has no %s", call, f.Name)
			}
		}
		for k, _ := got.Next(lua.LNil); k != lua.LNil; k, _ = got.Next(k) {
			if !slices.Contains(known, k.String()) {
				t.Errorf("%s has %s, which is not documented", call, k)
			}
		}
		return
	}
	t.Errorf("there is no type %s", name)
}
