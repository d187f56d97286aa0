package engine_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

var update = flag.Bool("update", false, "rewrite testdata/trace; then read the diff")

// TestTraces shows the order of I/O: a forgotten sync is a missing line in review.
func TestTraces(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before []step
		step   step
	}{
		{"init", nil, stepInit()},
		{"open", []step{stepInit()}, stepOpen()},
		{"define", []step{stepInit(), stepOpen()}, stepDefine(schemaV1)},
		{"insert", fresh(), stepInsert("v1", doc("a", 1, 10))},
		{"checkpoint", fresh(stepInsert("v1", doc("a", 1, 10)), stepCheckpoint(), stepInsert("v1", doc("b", 1, 10))), stepCheckpoint()},
		{"merge", append(fresh(), merges()[:9]...), stepCheckpoint()},
		{"snapshot", fresh(stepInsert("v1", doc("a", 1, 10))), stepSnapshot()},
		{"remove", fresh(stepInsert("v1", doc("a", 1, 10)), stepSnapshot(), stepInsert("v1", doc("b", 1, 10)), stepSnapshot()), stepRemove()},
		{"close", fresh(), stepClose()},
		{"reopen", fresh(stepClose()), stepOpen()},
		{"recover", fresh(stepKill()), stepOpen()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSim()
			mustDo(t, s.run(tt.before...))
			before := len(s.mem.Trace())
			step := tt.step
			step.do, step.then = tt.step.do, nil
			s.watch = func(vfs.Op) error { return nil }
			mustDo(t, step.do(s))
			got := strings.ReplaceAll(vfs.FormatTrace(s.mem.Trace()[before:]), genDir, "GEN")
			name := "testdata/trace/" + tt.name + ".txt"
			if *update {
				mustDo(t, os.MkdirAll("testdata/trace", 0o755))
				mustDo(t, os.WriteFile(name, []byte(got), 0o644))
			}
			want, err := os.ReadFile(name)
			mustDo(t, err)
			if got != string(want) {
				t.Errorf("the calls are\n%s\nwant\n%s", got, want)
			}
		})
	}
}
