package engine_test

import (
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/aerodb/aerodb/engine/vfs"
)

// A planted call is one of a history that nobody lived.
type planted struct {
	call, back int64
	c          linearCall
	answer     string
}

func (p planted) operation() porcupine.Operation {
	return porcupine.Operation{Input: p.c, Call: p.call, Output: p.answer, Return: p.back}
}

// The checker takes a right history and rejects the one that differs from it in one
// answer: so it can fail, and for each of the mistakes a database could make.
func TestLinearCheckerRejects(t *testing.T) {
	insert := func(id, n int) linearCall {
		return linearCall{kind: linearInsert, version: 1, ids: []int{id}, n: n}
	}
	get := func(id int) linearCall { return linearCall{kind: linearGet, version: 1, ids: []int{id}} }
	two := linearCall{kind: linearMany, version: 1, ids: []int{0, 1}, n: 5}
	all := linearCall{kind: linearEach, version: 1}
	open := planted{90, 91, linearCall{kind: linearOpen}, linearDone}
	doc := func(id, n int) string { return linearBrief(linearDoc(id, n)) }
	const failed, unsynced, exists = "AERO_DATABASE_FAILED", "AERO_WAL_FSYNC_FAILED", "AERO_DOCUMENT_EXISTS"
	tests := []struct {
		name         string
		calls        []planted // the last one with the right answer
		right, wrong string    // of the last
	}{
		{"a stale read", []planted{{1, 2, insert(0, 5), linearDone}, {3, 4, get(0), ""}}, doc(0, 5), "nothing"},
		{"a read of what is not there yet", []planted{{3, 4, insert(0, 5), linearDone}, {1, 2, get(0), ""}}, "nothing", doc(0, 5)},
		{"a lost update", []planted{{1, 2, insert(0, 5), linearDone}, {3, 4, linearCall{kind: linearReplace, version: 1, ids: []int{0}, n: 6}, linearDone}, {5, 6, get(0), ""}}, doc(0, 6), doc(0, 5)},
		{"two inserts of one _id", []planted{{1, 10, insert(0, 5), linearDone}, {2, 9, insert(0, 6), ""}}, exists, linearDone},
		{"two deletions of one document", []planted{{1, 2, insert(0, 5), linearDone}, {3, 10, linearCall{kind: linearDelete, version: 1, ids: []int{0}}, "true"}, {4, 9, linearCall{kind: linearDelete, version: 1, ids: []int{0}}, ""}}, "false", "true"},
		{"half an insert_many", []planted{{1, 10, two, linearDone}, {2, 9, linearCall{kind: linearCount, version: 1}, ""}}, "2", "1"},
		{"reads that go back", []planted{{1, 10, insert(0, 5), linearDone}, {2, 3, get(0), doc(0, 5)}, {4, 5, get(0), ""}}, doc(0, 5), "nothing"},
		{"an index that lags", []planted{{1, 2, insert(0, 5), linearDone}, {3, 4, linearCall{kind: linearFind, version: 1, high: 4, limit: 9}, ""}}, doc(0, 5), ""},
		{"a digest of no state", []planted{{1, 2, insert(0, 5), linearDone}, {3, 4, linearCall{kind: linearStats}, ""}}, linearState{cells: [linearIDs]linearCell{{1, 5}}}.whole(), linearState{}.whole()},
		{"a version that shows in another", []planted{{1, 2, insert(0, 5), linearDone}, {3, 4, linearCall{kind: linearGet, version: 2, ids: []int{0}}, ""}}, "nothing", doc(0, 5)},
		{"a refusal by a write that failed", []planted{{1, 10, insert(0, 5), "AERO_WAL_APPEND_FAILED"}, {2, 9, insert(0, 6), ""}}, "AERO_WAL_APPEND_FAILED", exists},
		{"an answer after the failed sync", []planted{{1, 2, insert(0, 5), unsynced}, {3, 4, get(0), ""}}, failed, "nothing"},
		{"half the record of a failed sync", []planted{{1, 10, insert(0, 5), unsynced}, {2, 9, insert(1, 6), unsynced}, open, {92, 93, all, ""}}, doc(0, 5) + " " + doc(1, 6), doc(0, 5)},
		{"an acknowledged write lost in a crash", []planted{{1, 2, insert(0, 5), linearDone}, {3, 80, insert(1, 6), linearPending}, open, {92, 93, all, ""}}, doc(0, 5), doc(1, 6)},
		{"half an insert_many after a crash", []planted{{3, 80, two, linearPending}, open, {92, 93, all, ""}}, "", doc(0, 5)},
		{"a refused write that came back", []planted{{1, 2, linearCall{kind: linearClose}, linearDone}, {3, 4, insert(0, 5), failed}, open, {92, 93, all, ""}}, "", doc(0, 5)},
	}
	for _, test := range tests {
		last := len(test.calls) - 1
		for _, answer := range []string{test.right, test.wrong} {
			test.calls[last].answer = answer
			var history []porcupine.Operation
			for _, p := range test.calls {
				history = append(history, p.operation())
			}
			if ok := porcupine.CheckOperations(linearModel(), history); ok != (answer == test.right) {
				t.Errorf("%s: with the answer %q the history passes: %v", test.name, answer, ok)
			}
		}
	}
}

// A machine whose syncs of the log do nothing loses acknowledged writes, and the
// checker says so: the whole way from clients to verdict can fail.
func TestLinearCheckerSeesALostSync(t *testing.T) {
	rejected := 0
	for seed := uint64(1); seed <= 10; seed++ {
		mem := vfs.NewMem()
		r := newLinearRun(t, "TestLinearCheckerSeesALostSync", seed, mem, "data")
		mem.SetFault(func(op vfs.Op) error {
			yielding(op)
			if op.Kind == vfs.KindSync && strings.HasSuffix(op.Path, "/wal/00000000000000000001.wal") {
				return vfs.ErrSkipSync
			}
			return nil
		})
		r.work(2, 8, nil)
		before := r.clock.Add(1)
		image := mem.AfterCrash(vfs.LoseAll)
		_ = r.db.Close()
		r.crash(before, before)
		r.open(image)
		r.audit()
		if !porcupine.CheckOperations(linearModel(), r.calls) {
			rejected++
		}
	}
	if rejected == 0 {
		t.Error("no history of a machine that loses writes is rejected")
	}
}
