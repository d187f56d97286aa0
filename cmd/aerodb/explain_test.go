package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
)

// Every code is explained, and every command that an explanation names does what it is
// named for, on a database that has what it asks for.
func TestExplainedCommandsWork(t *testing.T) {
	commands := map[string]bool{}
	for _, row := range dberr.Table {
		e, ok := dberr.Explain(row.Code)
		if !ok || e.Cause == "" || len(e.Evidence) == 0 || len(e.Commands) == 0 {
			t.Errorf("%s is not explained", row.Code)
		}
		for _, c := range e.Commands {
			commands[c] = true
		}
	}
	made := exampleDir(t)
	dir := made
	sh(t, dir, "aerodb init && aerodb schema apply quake.json && aerodb import quake v1 earthquakes.jsonl && aerodb checkpoint")
	sh(t, dir, `mkdir tested && aerodb backup --output old.tar && echo 'print(1)' > script.lua`)
	sh(t, dir, `aerodb eval 'db.quake:insert{_id="more", mag=1, place="here"}' && aerodb checkpoint`)
	for _, c := range slices.Sorted(maps.Keys(commands)) {
		t.Run(c, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "copy")
			if err := os.CopyFS(dir, os.DirFS(made)); err != nil {
				t.Fatal(err)
			}
			sh(t, dir, explained(t, dir, c))
		})
	}
}

// explained fills in the names that a command leaves open.
func explained(t *testing.T, dir, command string) string {
	t.Helper()
	one := func(pattern string) string {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s matches %q, %v", pattern, names, err)
		}
		return names[0]
	}
	for _, name := range [][2]string{
		{"FILE.tar", "old.tar"}, {"NEW.tar", "new.tar"}, {"SCRIPT.lua", "script.lua"},
		{"ID VERSION", "quake v1"}, {"show ID", "show quake"}, {"--dir DIR", "--dir tested"}, {"--data-dir DIR", "--data-dir another"},
	} {
		command = strings.ReplaceAll(command, name[0], name[1])
	}
	switch {
	case strings.Contains(command, "WALFILE"):
		return strings.ReplaceAll(command, "WALFILE", one("data/generations/*/wal/*.wal"))
	case strings.Contains(command, "SNAPSHOTID"):
		return strings.ReplaceAll(command, "SNAPSHOTID", filepath.Base(one("data/snapshots/*")))
	case strings.Contains(command, "--data-dir SNAPSHOT"):
		return strings.ReplaceAll(command, "SNAPSHOT", one("data/snapshots/*"))
	case strings.Contains(command, "restore --undo"), strings.Contains(command, "restore --drop-previous"):
		return "aerodb restore --input old.tar --yes && " + command
	}
	return command
}
