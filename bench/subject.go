package main

// A subject is who is measured. Its program is cmd/<name>.
type subject struct {
	name, title string
	// database is false for the limit, which can't be opened again.
	database bool
}

var subjects = []subject{
	{"limit", "limit", false},
	{"aerodb", "AeroDB", true},
	{"sqlite", "SQLite", true},
	{"bbolt", "bbolt", true},
	{"pebble", "Pebble", true},
	{"badger", "Badger", true},
	{"buntdb", "BuntDB", true},
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
	Starts    int // process starts
}

var scales = map[string]Scale{
	"small": {Documents: 100_000, Batch: 1000, Turns: 5, Insert: 1000, Insert16: 8000, Get: 20_000, Query: 500, Mix: 400, Kill: 5_000, Starts: 5},
	"full":  {Documents: 1_000_000, Batch: 1000, Turns: 10, Insert: 5000, Insert16: 50_000, Get: 200_000, Query: 5000, Mix: 4000, Kill: 50_000, Starts: 11},
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
	{"tar", "`tar` of the directory, synced", "ms", false},
	{"verify", "verify", "ms", false},
	{"compact", "compact", "ms", false},
	{"compacted", "on disk, compacted and closed", "MB", false},
	{"open", "open + one get, closed cleanly", "ms", false},
	{"start", "the same with the process's start", "ms", false},
	{"open-killed", "open + one get, killed in a load", "ms", false},
	{"start-killed", "the same with the process's start", "ms", false},
}
