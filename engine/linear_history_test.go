package engine_test

import (
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
)

const (
	linearV1 = `{"schema_id":"k","schema_version":"v1","fields":{"_id":{"type":"string","required":true},"g":{"type":"int"},"n":{"type":"int"},"pad":{"type":"string"}},"indexes":["g","n"]}`
	linearV2 = `{"schema_id":"k","schema_version":"v2","fields":{"_id":{"type":"string","required":true},"g":{"type":"int"},"n":{"type":"int"},"pad":{"type":"string"},"x":{"type":"bool"}},"indexes":["g","n","x"]}`
)

// A linearHistory records what concurrent clients asked and were told, by a logical
// clock that ticks at every call and return.
type linearHistory struct {
	clock atomic.Int64
	mu    sync.Mutex
	calls []porcupine.Operation
}

// do makes one call and records it.
func (h *linearHistory) do(client int, c linearCall, f func() string) string {
	call := h.clock.Add(1)
	answer := f()
	back := h.clock.Add(1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, porcupine.Operation{ClientId: client, Input: c, Call: call, Output: answer, Return: back})
	return answer
}

// crash makes the history that of a machine that died between two ticks of the
// clock: what began later never happened, and of what had not returned nobody knows.
func (h *linearHistory) crash(before, after int64) {
	h.calls = slices.DeleteFunc(h.calls, func(op porcupine.Operation) bool {
		return op.Call > after || op.Return > before && !op.Input.(linearCall).kind.writes()
	})
	for i := range h.calls {
		if h.calls[i].Return > before {
			h.calls[i].Output = linearPending
		}
	}
}

// overlaps counts the calls that began before an earlier one had returned.
func (h *linearHistory) overlaps() (n int) {
	slices.SortFunc(h.calls, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	last := int64(0)
	for _, op := range h.calls {
		if op.Call < last {
			n++
		}
		last = max(last, op.Return)
	}
	return n
}

func (h *linearHistory) String() string {
	var b strings.Builder
	for _, op := range h.calls {
		fmt.Fprintf(&b, "%5d-%-5d client %2d  %v: %v\n", op.Call, op.Return, op.ClientId, op.Input, op.Output)
	}
	return b.String()
}

// check fails the test if the history is not linearizable, and leaves a picture.
func (h *linearHistory) check(t *testing.T, name string, seed uint64) {
	t.Helper()
	h.overlaps() // sorts
	if porcupine.CheckOperations(linearModel(), h.calls) {
		return
	}
	model := linearModel()
	_, info := porcupine.CheckOperationsVerbose(model, h.calls, 0)
	picture := filepath.Join(t.ArtifactDir(), fmt.Sprintf("%s-%d.html", name, seed))
	if err := porcupine.VisualizePath(model, info, picture); err != nil {
		t.Error(err)
	}
	t.Fatalf("%s: the history is not linearizable; again: go test ./engine -run %s -seed %d (the schedule is Go's)\na picture, kept with -artifacts: %s\n%s",
		name, t.Name(), seed, picture, h)
}

// linearAnswer turns what a call returned into a text.
func linearAnswer(err error, text string) string {
	if err == nil {
		return text
	}
	e := dberr.From(err)
	if index := detail(err, "index"); index != nil && e.Code == dberr.DocumentExists {
		return fmt.Sprintf("%s at %v", e.Code, index)
	}
	return string(e.Code)
}

// A linearClient works on one database through the handles of both versions.
type linearClient struct {
	db      *engine.DB
	handles [3]*engine.Collection // by version
}

func newLinearClient(db *engine.DB) (linearClient, error) {
	l := linearClient{db: db}
	for v := 1; v <= 2; v++ {
		h, err := db.Collection("k", fmt.Sprintf("v%d", v))
		if err != nil {
			return l, err
		}
		l.handles[v] = h
	}
	return l, nil
}

// ask makes a call and returns its answer.
func (l linearClient) ask(c linearCall) string {
	h := l.handles[c.version]
	switch c.kind {
	case linearInsert:
		return linearAnswer(h.Insert([]byte(linearDoc(c.ids[0], c.n))), linearDone)
	case linearReplace:
		return linearAnswer(h.Replace([]byte(linearDoc(c.ids[0], c.n))), linearDone)
	case linearMany:
		docs := make([][]byte, len(c.ids))
		for i, id := range c.ids {
			docs[i] = []byte(linearDoc(id, c.n+i))
		}
		return linearAnswer(h.InsertMany(docs), linearDone)
	case linearDelete:
		gone, err := h.Delete(linearID(c.ids[0]))
		return linearAnswer(err, fmt.Sprint(gone))
	case linearGet:
		doc, err := h.Get(linearID(c.ids[0]))
		if doc == nil {
			return linearAnswer(err, "nothing")
		}
		return linearAnswer(err, linearBrief(string(doc)))
	case linearCount:
		n, err := h.Count()
		return linearAnswer(err, fmt.Sprint(n))
	case linearFind:
		docs, err := h.Find(ctx, engine.Query{Filter: fmt.Appendf(nil, `{"g":{"$gte":%d,"$lt":%d}}`, c.low, c.high), Sort: c.sort, Limit: int64(c.limit), HasLimit: true})
		return linearAnswer(err, linearBrief(join(docs)))
	case linearEach:
		return l.each(h)
	}
	return l.askWhole(c)
}

func (l linearClient) each(h *engine.Collection) string {
	it, err := h.Each(engine.EachOptions{})
	if err != nil {
		return linearAnswer(err, "")
	}
	defer it.Close()
	var docs []string
	for it.Next() {
		docs = append(docs, linearBrief(string(it.Document())))
	}
	return linearAnswer(it.Err(), strings.Join(docs, " "))
}

// askWhole makes the calls that tell of the whole state.
func (l linearClient) askWhole(c linearCall) string {
	switch c.kind {
	case linearDigest:
		sum, err := l.db.Digest()
		return linearAnswer(err, fmt.Sprintf("%.16s", sum))
	case linearStats:
		s, err := l.db.Stats()
		return linearAnswer(err, linearWholeText(s.Digest, s.DocumentCount))
	case linearCheckpoint:
		r, err := l.db.Checkpoint(ctx)
		return linearAnswer(err, linearWholeText(r.Snapshot.Digest, r.Snapshot.Documents))
	case linearSnapshot:
		r, err := l.db.Snapshot(ctx)
		return linearAnswer(err, linearWholeText(r.Digest, r.Documents))
	case linearBackup:
		r, err := l.db.Backup(ctx, io.Discard, nil)
		return linearAnswer(err, linearWholeText(r.Digest, r.Documents))
	case linearVerify:
		r, err := l.db.Verify(ctx, nil)
		switch {
		case err == nil && !r.OK() && r.Problems[0].Code == dberr.StorageIOError: // a read failed: it could not look
			return string(dberr.StorageIOError)
		case err == nil && !r.OK():
			return fmt.Sprintf("problems: %+v", r.Problems)
		}
		return linearAnswer(err, linearWholeText(r.Digest, r.Documents))
	case linearCompact:
		r, err := l.db.Compact(ctx, nil)
		return linearAnswer(err, fmt.Sprint(r.Documents))
	}
	return linearAnswer(nil, linearDone)
}

// randomLinearCall returns what a client asks next; n is a number no other call has.
func randomLinearCall(rng *rand.Rand, n int) linearCall {
	c := linearCall{version: 1 + rng.IntN(2), ids: []int{rng.IntN(linearIDs)}, n: n}
	kinds := []linearKind{linearInsert, linearInsert, linearInsert, linearMany, linearMany, linearReplace, linearReplace, linearReplace, linearDelete, linearDelete, linearDelete,
		linearGet, linearGet, linearGet, linearGet, linearCount, linearCount, linearFind, linearFind, linearFind, linearEach, linearEach, linearStats, linearDigest}
	c.kind = kinds[rng.IntN(len(kinds))]
	if rng.IntN(15) == 0 {
		upkeep := []linearKind{linearCheckpoint, linearCheckpoint, linearSnapshot, linearCompact, linearBackup, linearVerify}
		c.kind = upkeep[rng.IntN(len(upkeep))]
	}
	switch c.kind {
	case linearMany:
		for len(c.ids) < 2+rng.IntN(2) {
			if id := rng.IntN(linearIDs); !slices.Contains(c.ids, id) {
				c.ids = append(c.ids, id)
			}
		}
	case linearFind:
		c.low = rng.IntN(linearGroups)
		c.high = c.low + 1 + rng.IntN(linearGroups)
		c.sort = []string{"g", "-g", "n", "-n", "_id"}[rng.IntN(5)]
		c.limit = 1 + rng.IntN(linearIDs)
	}
	return c
}

// linearClock is an injected clock that many goroutines may look at.
func linearClock() func() time.Time {
	var ticks atomic.Int64
	start := time.Date(2026, 2, 4, 11, 30, 0, 0, time.UTC)
	return func() time.Time { return start.Add(time.Duration(ticks.Add(1)) * time.Second) }
}
