package main

import (
	"fmt"
	"os/exec"

	"github.com/aerodb/aerodb/bench/figure"
)

// A subject is who is measured. Its program is cmd/<name>.
type subject struct {
	name, title string
	// database is false for the limit, which can't be opened again.
	database bool
	// needs is a program that must be on the PATH, "" if the subject is a library.
	needs string
	// most is how many documents it is loaded with at most, 0 for any number. Of a larger
	// scale it does that part, of documents and of operations.
	most int
}

var subjects = []subject{
	{name: "limit", title: "limit"},
	{name: "aerodb", title: "AeroDB", database: true},
	{name: "sqlite", title: "SQLite", database: true},
	{name: "bbolt", title: "bbolt", database: true},
	{name: "pebble", title: "Pebble", database: true},
	{name: "badger", title: "Badger", database: true},
	{name: "buntdb", title: "BuntDB", database: true},
	{name: "clover", title: "clover", database: true, most: 100_000},
	{name: "redis", title: "Redis", database: true, needs: "redis-server"},
	{name: "tarantool", title: "Tarantool", database: true, needs: "tarantool"},
}

// absent says why a subject can't run here, or nothing.
func (s subject) absent() string {
	if s.needs != "" && !onPath(s.needs) {
		return s.needs + " is not on the PATH"
	}
	return ""
}

func onPath(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// part returns n when the subject does one n-th of what the scale says.
func (s subject) part(scale Scale) int {
	if s.most == 0 {
		return 1
	}
	return (scale.Documents + s.most - 1) / s.most
}

// heading returns the title, with the number of documents unless it is everybody's.
func (s subject) heading(scale Scale) string {
	if part := s.part(scale); part > 1 {
		return fmt.Sprintf("%s (%s documents)", s.title, figure.Number(float64(scale.Documents/part)))
	}
	return s.title
}

// A Scale is how much of everything is done in a round.
type Scale struct {
	Documents int // of the bulk load, in batches of Batch
	Batch     int
	Turns     int // each workload is done in so many turns
	Insert    int // single inserts
	Insert16  int // inserts by 16 writers
	Get       int
	Query     int // of each query
	Mix       int // replaces, deletes and inserts
	Kill      int // documents written in batches of 100 before the kill
	Starts    int // process starts; fewer of who needs seconds (startsEnough)
	Script    int // gets of a shell's script
}

var scales = map[string]Scale{
	"small": {Documents: 100_000, Batch: 1000, Turns: 5, Insert: 1000, Insert16: 8000, Get: 20_000, Query: 500, Mix: 400, Kill: 5_000, Starts: 5, Script: 50_000},
	"full":  {Documents: 1_000_000, Batch: 1000, Turns: 10, Insert: 3000, Insert16: 20_000, Get: 200_000, Query: 5000, Mix: 2000, Kill: 50_000, Starts: 11, Script: 200_000},
}

// A workload is a row of the table.
type workload struct {
	name, title, unit string
	more              bool // more is better
}

var workloads = []workload{
	{"insert", "one writer, durable inserts", "/s", true},
	{"insert16", "16 writers, durable inserts", "/s", true},
	{"bulk", "bulk load, batches of 1,000", "/s", true},
	{"memory", "peak memory of the load", "MB", false},
	{"disk", "on disk, loaded and closed", "MB", false},
	{"get", "random gets", "/s", true},
	{"city", "`city = X` by `_id`, limit 100", "/s", true},
	{"age", "`a <= age <= a+1` by `age`, limit 100", "/s", true},
	{"mix", "replace, replace, delete, insert; durable", "/s", true},
	{"snapshot", "snapshot after four changes", "ms", false},
	{"backup", "backup to a synced file", "ms", false},
	{"restore", "restore of it, checked and synced", "ms", false},
	{"tar", "`tar` of the directory, synced", "ms", false},
	{"untar", "`tar -x` of it, synced", "ms", false},
	{"verify", "verify", "ms", false},
	{"compact", "compact", "ms", false},
	{"compacted", "on disk, compacted and closed", "MB", false},
	{"script", "random gets in a loop of a script", "/s", true},
	{"shell", "start of the shell on it: `return 1`", "ms", false},
	{"open", "open + one get, closed cleanly", "ms", false},
	{"start", "the same with the process's start", "ms", false},
	{"open-killed", "open + one get, killed in a load", "ms", false},
	{"start-killed", "the same with the process's start", "ms", false},
}
