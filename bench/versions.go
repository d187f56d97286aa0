package main

import (
	"strings"

	"github.com/aerodb/aerodb/bench/host"
)

// versions returns the version of each subject by its module or name.
func versions() map[string]string {
	v := map[string]string{"aerodb": host.Output("git", "describe", "--always", "--dirty")}
	for line := range strings.Lines(host.Output("go", "list", "-m", "-f", "{{.Path}} {{.Version}}",
		"github.com/mattn/go-sqlite3", "go.etcd.io/bbolt", "github.com/cockroachdb/pebble/v2", "github.com/dgraph-io/badger/v4", "github.com/tidwall/buntdb")) {
		path, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		v[path] = version
	}
	return v
}
