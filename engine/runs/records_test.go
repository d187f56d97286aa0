package runs

import (
	"bytes"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
)

const fuzzID = "20260204T113001Z-1"

// sign makes lines of a journal of any bodies, under right checksums.
func sign(bodies []byte) []byte {
	var data []byte
	sum := seed(fuzzID)
	for body := range bytes.SplitSeq(bodies, []byte("\n")) {
		body = bytes.TrimSuffix(body, []byte("}"))
		if i := bytes.LastIndex(body, []byte(checksumMember)); i >= 0 {
			body = body[:i]
		}
		sum = crcOf(sum, body)
		data = appendEnd(append(data, body...), len(body), sum)
	}
	return data
}

// FuzzRecords reads any records under right checksums: they are refused with a code and a
// place, or they are a run whose steps add up.
func FuzzRecords(f *testing.F) {
	f.Fuzz(func(t *testing.T, bodies []byte) {
		run, err := parse(fuzzID, sign(bodies))
		if err != nil {
			if e := dberr.From(err); e.Code != dberr.StorageCorruption && e.Code != dberr.RecoveryFailed || e.Path == "" {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		names, done := map[string]bool{}, 0
		for i := range run.Steps {
			s := &run.Steps[i]
			if names[s.Name] {
				t.Fatalf("the step %q is there twice", s.Name)
			}
			names[s.Name] = true
			if s.Outcome == Done {
				done++
			}
			if s.Outcome == Unknown && i < len(run.Steps)-1 && run.Outcome != Done && run.Outcome != Failed && run.Outcome != Unknown && run.Outcome != Stopped {
				t.Fatalf("the run is %s with the step %q unknown", run.Outcome, s.Name)
			}
		}
		if done != run.StepsDone() {
			t.Fatalf("%d steps are done, it says %d", done, run.StepsDone())
		}
		if err := run.Resumable(run.Last); err != nil && dberr.CodeOf(err) != dberr.ScriptChanged {
			t.Fatal(err)
		}
		run.Value(true)
	})
}
