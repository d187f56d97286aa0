package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/vfs"
)

var (
	killRounds = flag.Int("kill.rounds", 0, "`rounds` of killing processes and of power cuts; 0 is 100 and 30, or 10 with -short")
	killSeed   = flag.Uint64("kill.seed", 1, "`seed` of the kill tests")
)

// A state is every document of a database in canonical form, by "schema version _id".
type state map[string]string

// A victim is a database whose processes are killed. The test knows what they
// acknowledged: that has to be there afterwards, whenever the kill came.
type victim struct {
	*testing.T
	dir    string // the working directory; the database is in data
	random *rand.Rand
	now    state // acknowledged
	serial int   // of the documents and schemas made so far
	padMax int   // bytes that make documents long, less than so many

	said     string // to standard error, by the last traced process
	place    string // where directories are made; "" is the test's own
	killedAt func() // is called after each kill

	usual map[string]time.Duration // how long a process that is left alone runs, by its work
	kills map[string]int           // processes that were killed before they ended, by their work
}

func newVictim(t *testing.T) *victim {
	t.Logf("replay with: go test ./cmd/aerodb -run '^%s$' -kill.seed %d (the seed fixes the work; the moment within it stays the machine's)", t.Name(), *killSeed)
	return &victim{T: t, padMax: 1500, random: rand.New(rand.NewPCG(*killSeed, 0)), usual: map[string]time.Duration{}, kills: map[string]int{}}
}

// born gives the victim a new database.
func (v *victim) born() {
	v.Helper()
	v.dir, v.now, v.serial = v.newDir(), state{}, 0
	must(v.T, v.dir, "init")
	v.define("x", 1)
}

// newDir makes a directory to work in.
func (v *victim) newDir() string {
	v.Helper()
	if v.place == "" {
		return v.TempDir()
	}
	dir, err := os.MkdirTemp(v.place, "")
	if err != nil {
		v.Fatal(err)
	}
	if err := vfs.OS.SyncDir(v.place); err != nil {
		v.Fatal(err)
	}
	return dir
}

// died notes that a process was killed.
func (v *victim) died(work string) {
	v.kills[work]++
	if v.killedAt != nil {
		v.killedAt()
	}
}

// define registers a version of a schema; each has an index more than the one before.
func (v *victim) define(id string, version int) {
	v.Helper()
	must(v.T, v.dir, "schema", "apply", v.schemaFile(id, version))
}

func (v *victim) schemaFile(id string, version int) string {
	v.Helper()
	fields, indexes := `"_id":{"type":"string","required":true},"n":"int","pad":"string"`, []string{`"n"`}
	for i := 1; i <= version; i++ {
		fields += fmt.Sprintf(`,"f%d":"int"`, i)
		indexes = append(indexes, fmt.Sprintf(`"f%d"`, i))
	}
	text := fmt.Sprintf(`{"schema_id":"%s","schema_version":"v%d","fields":{%s},"indexes":[%s]}`, id, version, fields, strings.Join(indexes, ","))
	v.file("schema.json", text)
	return "schema.json"
}

func (v *victim) file(name, text string) {
	v.Helper()
	if err := vfs.Publish(vfs.OS, v.dir, name, []byte(text), 0o600); err != nil {
		v.Fatal(err)
	}
}

// engineOptions opens the victim's database in this process.
func engineOptions(dir string) engine.Options {
	return engine.Options{Dir: filepath.Join(dir, "data"), WALMaxSize: 64 << 10, Pid: os.Getpid(), Command: "the test"}
}

// killed runs aerodb, kills it at a random moment of the time it usually takes, and
// reports whether it had ended by itself, which must then have been well.
//
// The clock decides nothing here but the moment of the kill, and every moment is right.
func (v *victim) killed(work string, args ...string) (done bool) {
	v.Helper()
	began := time.Now()
	p := start(v.T, v.dir, args...)
	p.stdin.Close()
	if usual := v.usual[work]; usual > 0 {
		timer := time.AfterFunc(time.Duration(v.random.Float64()*1.1*float64(usual)), func() { p.Process.Kill() })
		defer timer.Stop()
	}
	switch code := p.exit(v.T); code {
	case 0:
		v.usual[work] = max(time.Since(began), v.usual[work]*3/4) // what is left alone later may be larger
		return true
	case -1:
		v.died(work)
		return false
	default:
		v.Fatalf("%s: exit code %d\n%s", work, code, p.stderr.String())
		return false
	}
}

// owed checks that the database holds one of the states, whole, that it verifies,
// and that the second open finds nothing left over. That state is then the one it has.
func (v *victim) owed(work string, may ...state) {
	v.Helper()
	found, sum := v.open(work, false)
	i := slices.IndexFunc(may, func(s state) bool { return maps.Equal(s, found) })
	if i < 0 {
		v.Fatalf("%s: %s", work, difference(may[0], found))
	}
	again, second := v.open(work, true)
	if !maps.Equal(again, found) || second != sum {
		v.Fatalf("%s: the second open finds another state: digest %s, then %s", work, sum, second)
	}
	v.now = found
}

// open opens the database as the next process would and reads all of it. A clean
// one was closed well, and so holds no leftovers.
func (v *victim) open(work string, clean bool) (state, digest.Sum) {
	v.Helper()
	ctx := context.Background()
	fail := func(err error) {
		v.Helper()
		if err != nil {
			v.Fatalf("%s: %v", work, err)
		}
	}
	db, err := engine.Open(ctx, engineOptions(v.dir))
	fail(err)
	r := db.Recovery()
	if len(r.Unknown) > 0 || clean && (len(r.Swept) > 0 || !r.Sealed) {
		v.Fatalf("%s: unknown files %q, swept %q, closed cleanly: %v", work, r.Unknown, r.Swept, r.Sealed)
	}
	found, err := documents(db)
	fail(err)
	sum, err := db.Digest()
	fail(err)
	checked, err := db.Verify(ctx, nil)
	fail(err)
	if !checked.OK() || checked.Digest != sum || checked.Documents != int64(len(found)) {
		v.Fatalf("%s: verify found %v, digest %s of %d documents; the database says %s of %d",
			work, checked.Problems, checked.Digest, checked.Documents, sum, len(found))
	}
	fail(db.Close())
	return found, sum
}

// documents reads a whole database.
func documents(db *engine.DB) (state, error) {
	schemas, err := db.Schemas()
	if err != nil {
		return nil, err
	}
	found := state{}
	for _, s := range schemas {
		c, err := db.Collection(s.ID, s.Version)
		if err != nil {
			return nil, err
		}
		it, err := c.Each(engine.EachOptions{})
		if err != nil {
			return nil, err
		}
		for it.Next() {
			found[key(s.ID, s.Version, string(it.ID()))] = string(it.Document())
		}
		it.Close()
		if err := it.Err(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func key(id, version, document string) string { return id + " " + version + " " + document }

// with returns the state with one document set; "" removes it.
func (s state) with(key, document string) state {
	next := maps.Clone(s)
	if next[key] = document; document == "" {
		delete(next, key)
	}
	return next
}

// difference says in what two states differ.
func difference(want, got state) string {
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if got[k] != want[k] {
			lines = append(lines, fmt.Sprintf("%s is %q, acknowledged was %q", k, got[k], want[k]))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[k]; !ok {
			lines = append(lines, k+" is there and was not acknowledged")
		}
	}
	return fmt.Sprintf("%d documents differ; the first: %s", len(lines), strings.Join(lines[:min(len(lines), 5)], "\n"))
}

// wholeBackup checks that there is no backup of that name or a whole one of the state now.
func (v *victim) wholeBackup(work, name string) {
	v.Helper()
	f, err := os.Open(filepath.Join(v.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		v.Fatal(err)
	}
	defer f.Close()
	info, err := engine.InspectBackup(context.Background(), f, name, time.Now, nil)
	if err != nil || info.Documents != int64(len(v.now)) {
		v.Fatalf("%s: %v; %d documents of %d", work, err, info.Documents, len(v.now))
	}
}
