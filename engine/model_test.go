package engine_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

var (
	seedFlag = flag.Uint64("seed", 0, "replay the model test of this seed; 0 takes the fixed ones")
	opsFlag  = flag.Int("ops", modelOps, "operations of the model test, over all seeds and configurations")
)

// A modelConfig is a way to run the same operations; all must answer alike.
type modelConfig struct {
	name     string
	wal      int64
	onFull   engine.OnFull
	cache    int64
	keep     int
	maintain int // one in so many operations is a checkpoint, a snapshot or a reopen
}

var modelConfigs = []modelConfig{
	{"tiny log, no cache", 16 << 10, engine.OnFullCheckpoint, 1, 1, 400},
	{"small log, small cache", 32 << 10, engine.OnFullCheckpoint, 24 << 10, 2, 60},
	{"log that rejects", 64 << 10, engine.OnFullReject, 1 << 20, 3, 150},
	{"large log", 4 << 20, engine.OnFullCheckpoint, 1 << 20, 2, 1500},
}

// TestModel runs random operations against a plain map, under several
// configurations, with reopens of every kind in between.
func TestModel(t *testing.T) {
	seeds := []uint64{1, 2}
	if *seedFlag != 0 {
		seeds = []uint64{*seedFlag}
	}
	for _, seed := range seeds {
		ends := make([]string, len(modelConfigs))
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			for i, config := range modelConfigs {
				t.Run(config.name, func(t *testing.T) {
					t.Parallel()
					ends[i] = newModelRun(t, seed, config).run(*opsFlag / len(seeds) / len(modelConfigs))
				})
			}
		})
		for i, end := range ends {
			if end != "" && ends[0] != "" && end != ends[0] {
				t.Errorf("seed %d: %q ends in the digest %s, %q in %s", seed, modelConfigs[i].name, end, modelConfigs[0].name, ends[0])
			}
		}
	}
}

// A modelRun is a database, its model, and separate sources for what is done to the
// data, for maintenance and for questions: the data's does not depend on the
// configuration.
type modelRun struct {
	t      *testing.T
	seed   uint64
	config modelConfig
	opts   engine.Options
	mem    *vfs.Mem
	db     *engine.DB
	handle map[string][]*engine.Collection
	world  []*modelCollection

	data, upkeep, asks *rand.Rand
	step               int
	done               string // the last operation
}

func newModelRun(t *testing.T, seed uint64, config modelConfig) *modelRun {
	source := func(n uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, n)) }
	r := &modelRun{t: t, seed: seed, config: config, mem: vfs.NewMem(), world: newModel(), data: source(1), upkeep: source(2), asks: source(3)}
	r.opts = testOptions(r.mem)
	r.opts.WALMaxSize, r.opts.WALOnFull, r.opts.CacheSize, r.opts.SnapshotsKeep = config.wal, config.onFull, config.cache, config.keep
	mustInit(t, r.opts)
	r.open()
	for _, c := range r.world {
		for _, v := range c.versions {
			_, err := r.db.DefineSchema(mustSchema(t, v.schema))
			mustDo(t, err)
		}
	}
	r.handles()
	return r
}

func (r *modelRun) fatalf(format string, args ...any) {
	r.t.Helper()
	r.t.Fatalf("seed %d step %d after %s: %s\nreplay: go test ./engine -run 'TestModel/.*/%s' -seed %d", r.seed, r.step, r.done, fmt.Sprintf(format, args...), r.config.name, r.seed)
}

func (r *modelRun) must(err error) {
	r.t.Helper()
	if err != nil {
		r.fatalf("%v", err)
	}
}

func (r *modelRun) open() {
	db, err := engine.Open(ctx, r.opts)
	r.must(err)
	r.db = db
}

func (r *modelRun) handles() {
	r.handle = map[string][]*engine.Collection{}
	for _, c := range r.world {
		for _, v := range c.versions {
			h, err := r.db.Collection(c.name, v.name)
			r.must(err)
			r.handle[c.name] = append(r.handle[c.name], h)
		}
	}
}

// run does n operations and returns the last digest.
func (r *modelRun) run(n int) string {
	for r.step = 0; r.step < n; r.step++ {
		r.write()
		if r.upkeep.IntN(r.config.maintain) == 0 {
			r.maintain()
		}
		switch {
		case r.step%500 == 0:
			r.checkAll()
		case r.step%12 == 0:
			r.checkSome()
		}
	}
	r.checkAll()
	sum := digestOf(r.t, r.db)
	r.must(r.db.Close())
	if open := r.mem.OpenHandles(); open != 0 {
		r.fatalf("%d files are open after Close", open)
	}
	return sum
}

// write does one random change to database and model.
func (r *modelRun) write() {
	c := r.world[r.data.IntN(len(r.world))]
	version := r.data.IntN(len(c.versions))
	id := randomID(r.data)
	old := c.docs[id]
	h := r.handle[c.name][version]
	switch n := r.data.IntN(100); {
	case n < 35:
		d := randomDoc(r.data, c, version, id)
		r.done = fmt.Sprintf("insert %q %s", c.name, d.canonical())
		if r.wrote(h.Insert, d, old != nil, dberr.DocumentExists) {
			c.docs[id] = d
		}
	case n < 70:
		d := randomDoc(r.data, c, version, id)
		r.done = fmt.Sprintf("replace %q %s", c.name, d.canonical())
		if r.wrote(h.Replace, d, old == nil || old.version > version, dberr.DocumentNotFound) {
			c.docs[id] = d
		}
	case n < 90:
		r.done = fmt.Sprintf("delete %q %s %q", c.name, h.Version(), id)
		var gone bool
		r.must(r.retry(func() (err error) { gone, err = h.Delete(id); return err }))
		if want := old != nil && old.version == version; gone != want {
			r.fatalf("Delete said %v, want %v", gone, want)
		} else if want {
			delete(c.docs, id)
		}
	default:
		r.insertMany(c, version)
	}
}

// wrote calls a write and reports whether it is to be in the model.
func (r *modelRun) wrote(call func([]byte) error, d *modelDoc, refused bool, code dberr.Code) bool {
	text := []byte(d.json(r.shuffle))
	err := r.retry(func() error { return call(text) })
	if !refused {
		r.must(err)
		return true
	}
	if dberr.CodeOf(err) != code {
		r.fatalf("got %v, want %s", err, code)
	}
	return false
}

func (r *modelRun) shuffle(names []string) {
	r.data.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
}

// retry does what an operator does whose log rejects: a checkpoint, then again.
func (r *modelRun) retry(call func() error) error {
	err := call()
	if dberr.CodeOf(err) == dberr.WALFull && r.config.onFull == engine.OnFullReject {
		_, cerr := r.db.Checkpoint(ctx)
		r.must(cerr)
		return call()
	}
	return err
}

// insertMany inserts a batch, which now and then has a document that is there, is
// twice in it, or is invalid: then none is written.
func (r *modelRun) insertMany(c *modelCollection, version int) {
	var docs []*modelDoc
	var texts [][]byte
	seen := map[string]bool{}
	var refused dberr.Code
	at, dirty := int64(-1), r.data.IntN(4) == 0
	for range 1 + r.data.IntN(8) {
		d := randomDoc(r.data, c, version, randomID(r.data))
		if delete(d.fields, "name"); c.name == "person" {
			d.fields["name"] = stringValue("one of many")
		}
		if known := c.docs[d.id] != nil || seen[d.id]; known && !dirty {
			continue
		} else if known && at < 0 {
			refused, at = dberr.DocumentExists, int64(len(docs))
		}
		seen[d.id] = true
		docs, texts = append(docs, d), append(texts, []byte(d.json(r.shuffle)))
	}
	if dirty && len(docs) > 0 && r.data.IntN(2) == 0 {
		bad := r.data.IntN(len(texts))
		texts[bad] = []byte(`{"_id":"bad","age":"text","at":null}`)
		refused, at = dberr.SchemaValidationFailed, int64(bad)
	}
	r.done = fmt.Sprintf("insert_many %q %d documents", c.name, len(docs))
	err := r.retry(func() error { return r.handle[c.name][version].InsertMany(texts) })
	if refused == "" {
		r.must(err)
		for _, d := range docs {
			c.docs[d.id] = d
		}
		return
	}
	if dberr.CodeOf(err) != refused {
		r.fatalf("got %v, want %s", err, refused)
	}
	if index := detail(err, "index"); len(texts) > 1 && index != at {
		r.fatalf("%v names document %v, want %d", err, index, at)
	}
}

// detail returns a detail of an error, nil for none.
func detail(err error, key string) any {
	for _, d := range dberr.From(err).Details {
		if d.Key == key {
			return d.Value
		}
	}
	return nil
}
