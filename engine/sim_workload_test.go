package engine_test

import (
	"fmt"
	"slices"

	"github.com/aerodb/aerodb/engine"
)

// A workload is what happens to a database: small, since almost every crash bug
// needs three operations or fewer on a fresh one.
type workload struct {
	name   string
	keep   int
	onFull engine.OnFull
	steps  []step
}

func (w workload) prepare(s *sim) {
	if w.keep != 0 {
		s.keep = w.keep
	}
	if w.onFull != "" {
		s.onFull = w.onFull
	}
}

// fresh is a database with the first schema, open; then steps.
func fresh(steps ...step) []step {
	return append([]step{stepInit(), stepOpen(), stepDefine(schemaV1)}, steps...)
}

// workloads lists them; in builds that are slow, a few.
func workloads() []workload {
	if !slowBuild || *crashLong {
		return allWorkloads()
	}
	return slices.DeleteFunc(allWorkloads(), func(w workload) bool {
		return !slices.Contains([]string{"init", "insert", "checkpoint", "snapshot"}, w.name)
	})
}

func allWorkloads() []workload {
	return []workload{
		{name: "init", steps: []step{stepInit()}},
		{name: "insert", steps: fresh(stepInsert("v1", doc("a", 1, 10)))},
		{name: "insert, replace, delete", steps: fresh(stepInsert("v1", doc("a", 1, 10)), stepReplace("v1", doc("a", 2, 700)), stepDelete("v1", "a"))},
		{name: "many at once", steps: fresh(stepInsert("v1", doc("a", 1, 10), doc("b", 2, 900), doc("c", 2, 10)))},
		{name: "versions", steps: fresh(stepInsert("v1", doc("a", 1, 10)), stepDefine(schemaV2), stepReplace("v2", doc("a", 2, 10)),
			stepCheckpoint(), stepDefine(schemaU1))},
		{name: "sizes", steps: append(fresh(), sizes()...)},
		{name: "checkpoint of nothing", steps: []step{stepInit(), stepOpen(), stepCheckpoint(), stepCheckpoint(), stepClose(), stepOpen()}},
		{name: "checkpoint", steps: fresh(stepInsert("v1", doc("a", 1, 10)), stepCheckpoint(), stepInsert("v1", doc("b", 1, 10)),
			stepDelete("v1", "a"), stepCheckpoint())},
		{name: "checkpoint with merge", steps: append(fresh(), merges()...)},
		{name: "full log, checkpoint", steps: append(fresh(), fills(6)...)},
		{name: "full log, reject", onFull: engine.OnFullReject, steps: append(append(fresh(), fills(4)...), stepCheckpoint(), stepInsert("v1", doc("z", 1, 10)))},
		{name: "snapshot", steps: fresh(stepInsert("v1", doc("a", 1, 10)), stepSnapshot(), stepInsert("v1", doc("b", 1, 10)), stepSnapshot(),
			stepRemove(), stepCheckpoint(), stepSnapshot())},
		{name: "compact", steps: fresh(stepInsert("v1", doc("a", 1, 10)), stepCheckpoint(), stepInsert("v1", doc("b", 1, 10)), stepDelete("v1", "a"),
			stepCheckpoint(), stepCompact(), stepInsert("v1", doc("c", 1, 10)), stepCompact())},
		{name: "compact behind a clean close", steps: fresh(stepInsert("v1", doc("a", 1, 10)), stepCheckpoint(), stepInsert("v1", doc("b", 1, 10)), stepCheckpoint(),
			stepClose(), stepOpen(), stepCompact(), stepInsert("v1", doc("c", 1, 10)))},
		{name: "snapshot behind a clean close", steps: fresh(stepInsert("v1", doc("a", 1, 10)), stepSnapshot(), stepInsert("v1", doc("b", 1, 10)), stepClose(), stepOpen(),
			stepSnapshot(), stepRemove(), stepInsert("v1", doc("c", 1, 10)))},
		{name: "keep one snapshot", keep: 1, steps: fresh(stepInsert("v1", doc("a", 1, 10)), stepCheckpoint(), stepInsert("v1", doc("b", 1, 10)), stepCheckpoint())},
		{name: "close and open", steps: fresh(stepInsert("v1", doc("a", 1, 10)), stepClose(), stepOpen(), stepInsert("v1", doc("b", 1, 600)), stepClose(), stepOpen())},
		{name: "kill and open", steps: fresh(stepInsert("v1", doc("a", 1, 10)), stepKill(), stepOpen(), stepInsert("v1", doc("b", 1, 600)), stepKill(), stepOpen(),
			stepCheckpoint(), stepKill(), stepOpen(), stepInsert("v1", doc("c", 1, 10)))},
		{name: "growing log", steps: fresh(stepInsert("v1", doc("a", 1, 600)), stepClose(), stepOpen(), stepInsert("v1", doc("b", 1, 4200)), stepKill(), stepOpen(),
			stepInsert("v1", doc("c", 1, 3000)), stepClose(), stepOpen())},
		{name: "larger log", steps: fresh(stepCheckpoint(), stepClose(), stepLargerLog(), stepOpen(), stepInsert("v1", doc("a", 1, 20000)), stepClose())},
		{name: "leftovers", steps: append(leftBehind(), stepOpen(), stepInsert("v1", doc("c", 1, 10)), stepCheckpoint())},
		{name: "backup", steps: fresh(stepInsert("v1", doc("a", 1, 10)), stepBackup(), stepCheckpoint(), stepInsert("v1", doc("b", 1, 600)), stepBackup())},
		{name: "restore", steps: fresh(stepInsert("v1", doc("a", 1, 10)), stepCheckpoint(), stepInsert("v1", doc("b", 1, 10)), stepBackup(),
			stepInsert("v1", doc("c", 1, 10)), stepClose(), stepRestore(), stepUndo(), stepRestore(), stepOpen(), stepInsert("v1", doc("d", 1, 10)),
			stepCheckpoint(), stepClose(), stepDrop(), stepOpen())},
		{name: "restore over nothing", steps: fresh(stepInsert("v1", doc("a", 1, 10)), stepBackup(), stepClose(), stepGone(), stepRestore(), stepOpen(),
			stepInsert("v1", doc("b", 1, 10)))},
		{name: "drill", steps: fresh(stepInsert("v1", doc("a", 1, 10)), stepCheckpoint(), stepInsert("v1", doc("b", 1, 10)), stepBackup(), stepDrill(), stepVerify())},
		{name: "move", steps: fresh(stepInsert("v1", doc("m1", 1, 1200)), stepInsert("v1", doc("m2", 2, 1200)), stepInsert("v1", doc("m3", 3, 1700)), stepCheckpoint(),
			stepInsert("v1", doc("m4", 4, 1700)), stepDefine(schemaV2), stepMove(), stepClose(), stepOpen(), stepMove())},
		{name: "import", steps: fresh(stepImport(doc("i1", 1, 1200), doc("i2", 1, 1200), doc("i3", 1, 1700)), stepClose())},
	}
}

// sizes inserts documents whose records end at, before and behind the end of a sector.
func sizes() (steps []step) {
	for i, pad := range []int{0, 396, 397, 1400, 5000} {
		steps = append(steps, stepInsert("v1", doc(fmt.Sprintf("s%d", i), i, pad)))
	}
	return steps
}

// merges makes segments until a checkpoint merges them, deletions among them.
func merges() (steps []step) {
	for i := range 5 {
		steps = append(steps, stepInsert("v1", doc(fmt.Sprintf("m%d", i), i, 10)))
		if i%2 == 1 {
			steps = append(steps, stepDelete("v1", fmt.Sprintf("m%d", i-1)))
		}
		steps = append(steps, stepCheckpoint())
	}
	return steps
}

// fills inserts n documents, of which about five fill the log.
func fills(n int) (steps []step) {
	for i := range n {
		steps = append(steps, stepInsert("v1", doc(fmt.Sprintf("f%d", i), i, 2800)))
	}
	return steps
}
