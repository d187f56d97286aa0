package engine_test

import (
	"fmt"
	"slices"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/vfs"
)

// maintain does what changes files and must not change an answer.
func (r *modelRun) maintain() {
	before := digestOf(r.t, r.db)
	switch n := r.upkeep.IntN(10); {
	case n < 3:
		r.done = "checkpoint"
		_, err := r.db.Checkpoint(ctx)
		r.must(err)
	case n < 5:
		r.done = "snapshot"
		info, err := r.db.Snapshot(ctx)
		r.must(err)
		if info.Digest.String() != before {
			r.fatalf("the snapshot has the digest %s, the database %s", info.Digest, before)
		}
	case n < 6:
		r.done = "remove_snapshot"
		r.removeSnapshot()
	case n < 8:
		r.done = "close and open"
		r.must(r.db.Close())
		r.open()
		if !r.db.Recovery().Sealed {
			r.fatalf("the log is not sealed")
		}
		r.handles()
	default:
		r.kill([]vfs.Loss{vfs.KeepAll, vfs.LoseAll}[n-8])
	}
	if after := digestOf(r.t, r.db); after != before {
		r.fatalf("the digest was %s and is %s", before, after)
	}
}

// removeSnapshot removes the oldest snapshot that is not the current one's.
func (r *modelRun) removeSnapshot() {
	list, err := r.db.Snapshots()
	r.must(err)
	if len(list) < 2 {
		return
	}
	_, err = r.db.RemoveSnapshot(list[0].ID)
	r.must(err)
	rest, err := r.db.Snapshots()
	r.must(err)
	if !slices.Equal(rest, list[1:]) {
		r.fatalf("after the removal of %s the snapshots are %v, before %v", list[0].ID, rest, list)
	}
}

// kill leaves the database as it is and goes on with what a power cut leaves.
func (r *modelRun) kill(loss vfs.Loss) {
	r.done = "kill, " + loss.String()
	r.mem = r.mem.AfterCrash(loss)
	r.opts.FS = r.mem
	r.open()
	if torn := r.db.Recovery().TornBytes; torn != 0 {
		r.fatalf("%d torn bytes, though no write was in flight", torn)
	}
	r.handles()
}

// checkSome asks a few questions of one version.
func (r *modelRun) checkSome() {
	c := r.world[r.asks.IntN(len(r.world))]
	version := r.asks.IntN(len(c.versions))
	h := r.handle[c.name][version]
	for range 3 {
		r.checkGet(c, h, version, randomID(r.asks))
	}
	docs := c.sorted(version)
	r.checkCount(h, len(docs))
	r.checkFind(c, h, version, docs)
}

// checkAll compares all there is.
func (r *modelRun) checkAll() {
	var whole digest.Sum
	stats, err := r.db.Stats()
	r.must(err)
	total := 0
	for i, c := range r.world {
		sum := c.digest()
		whole = whole.Add(sum)
		total += len(c.docs)
		s := stats.Collections[i]
		if s.Name != c.name || s.Digest != sum || s.Documents != int64(len(c.docs)) {
			r.fatalf("stats say %+v; the model has %d documents and digest %s", s, len(c.docs), sum)
		}
		for version := range c.versions {
			docs := c.sorted(version)
			r.checkVersion(c, version, docs)
			if got := s.Versions[version]; got.Version != c.versions[version].name || got.Documents != int64(len(docs)) {
				r.fatalf("stats say %+v; the model has %d documents", got, len(docs))
			}
		}
	}
	if got := digestOf(r.t, r.db); got != whole.String() || stats.Digest != whole {
		r.fatalf("digest %s, in stats %s, want %s", got, stats.Digest, whole)
	}
	if stats.DocumentCount != int64(total) || stats.SchemaCount != 4 || stats.WALSizeBytes > r.opts.WALMaxSize || stats.WALSequence != r.db.Sequence() {
		r.fatalf("stats: %d documents of %d, %d schemas, log %d of %d, sequence %d of %d",
			stats.DocumentCount, total, stats.SchemaCount, stats.WALSizeBytes, r.opts.WALMaxSize, stats.WALSequence, r.db.Sequence())
	}
	if stats.CacheSizeBytes > r.config.cache {
		r.fatalf("the cache holds %d bytes of %d", stats.CacheSizeBytes, r.config.cache)
	}
}

func (r *modelRun) checkVersion(c *modelCollection, version int, docs []*modelDoc) {
	h := r.handle[c.name][version]
	for _, d := range docs {
		r.checkGet(c, h, version, d.id)
	}
	r.checkCount(h, len(docs))
	r.checkEach(h, docs, engine.EachOptions{})
	r.checkEach(h, docs, engine.EachOptions{After: randomID(r.asks)})
	r.checkEach(h, docs, engine.EachOptions{After: randomID(r.asks), Limit: 1 + r.asks.Int64N(30)})
	for range 4 {
		r.checkFind(c, h, version, docs)
	}
	// Every index gives every document, in both orders.
	for _, field := range append(c.versions[version].indexes(), "_id") {
		for _, sort := range []string{field, "-" + field} {
			r.checkQuery(h, &modelQuery{sort: sort, limit: 10000}, docs)
		}
	}
}

func (r *modelRun) checkGet(c *modelCollection, h *engine.Collection, version int, id string) {
	got, err := h.Get(id)
	r.must(err)
	want := ""
	if d := c.docs[id]; d != nil && d.version == version {
		want = d.canonical()
	}
	if string(got) != want {
		r.fatalf("Get(%q) of %s %s = %s, want %s", id, c.name, h.Version(), got, want)
	}
}

func (r *modelRun) checkCount(h *engine.Collection, want int) {
	n, err := h.Count()
	r.must(err)
	if n != int64(want) {
		r.fatalf("%s %s counts %d, want %d", h.ID(), h.Version(), n, want)
	}
}

func (r *modelRun) checkEach(h *engine.Collection, docs []*modelDoc, o engine.EachOptions) {
	it, err := h.Each(o)
	r.must(err)
	defer it.Close()
	left := int(o.Limit)
	for _, d := range docs {
		if d.id <= o.After {
			continue
		}
		if o.Limit > 0 && left == 0 {
			break
		}
		left--
		if !it.Next() {
			r.fatalf("Each(%+v) ended before %q: %v", o, d.id, it.Err())
		}
		if string(it.ID()) != d.id || string(it.Document()) != d.canonical() {
			r.fatalf("Each(%+v) is at %q %s, want %s", o, it.ID(), it.Document(), d.canonical())
		}
	}
	if it.Next() {
		r.fatalf("Each(%+v) goes on with %q", o, it.ID())
	}
	r.must(it.Err())
}

func (r *modelRun) checkFind(c *modelCollection, h *engine.Collection, version int, docs []*modelDoc) {
	r.checkQuery(h, randomQuery(r.asks, c, version), docs)
}

func (r *modelRun) checkQuery(h *engine.Collection, mq *modelQuery, docs []*modelDoc) {
	q := mq.query()
	found, err := h.Find(ctx, q)
	if err != nil {
		r.fatalf("Find %s sort %q: %v", q.Filter, q.Sort, err)
	}
	want := mq.answer(docs)
	same := len(found) == len(want)
	for i := 0; same && i < len(want); i++ {
		same = string(found[i]) == want[i]
	}
	if !same {
		plan, _ := h.Explain(q)
		r.fatalf("Find %s sort %q limit %d of %s %s by %+v:\ngot  %d %s\nwant %d %s", q.Filter, q.Sort, q.Limit, h.ID(), h.Version(), plan, len(found), join(found), len(want), fmt.Sprint(want))
	}
}
