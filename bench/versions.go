package main

import (
	"strings"

	"github.com/aerodb/aerodb/bench/host"
)

// versions returns the version of each subject by its module or program.
func versions() map[string]string {
	v := map[string]string{"aerodb": host.Output("git", "describe", "--always", "--dirty")}
	for line := range strings.Lines(host.Output("go", "list", "-m", "-f", "{{.Path}} {{.Version}}",
		"github.com/mattn/go-sqlite3", "go.etcd.io/bbolt", "github.com/cockroachdb/pebble/v2", "github.com/dgraph-io/badger/v4", "github.com/tidwall/buntdb",
		"github.com/ostafen/clover/v2", "github.com/redis/go-redis/v9")) {
		path, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		v[path] = version
	}
	for _, program := range []string{"redis-server", "tarantool", sqliteShell} {
		if words := strings.Fields(host.Output(program, "--version")); len(words) > 0 {
			v[program] = versionOf(words)
		}
	}
	return v
}

// versionOf returns the first word that has a digit at its start, "v=" aside.
func versionOf(words []string) string {
	for _, word := range words {
		if word = strings.TrimPrefix(word, "v="); word[:1] >= "0" && word[:1] <= "9" {
			return word
		}
	}
	return words[0]
}
