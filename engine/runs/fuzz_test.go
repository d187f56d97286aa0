package runs_test

import (
	"os"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/runs"
	"github.com/aerodb/aerodb/engine/vfs"
)

// FuzzLoad reads any bytes as a journal: it is refused with a code, or it is a run that
// can be shown, and resumed or refused with a code; a resumed one reads back the same.
func FuzzLoad(f *testing.F) {
	data, err := os.ReadFile(golden)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte("{}\n"))
	const id = "20260204T113001Z-1"
	f.Fuzz(func(t *testing.T, data []byte) {
		mem := newMem(t)
		s := store(mem)
		mustDo(t, vfs.MkdirAll(mem, s.Dir))
		mustDo(t, vfs.Publish(mem, s.Dir, id+".journal", data, 0o600))
		run, err := s.Load(id)
		if err != nil {
			if code := dberr.CodeOf(err); code != dberr.StorageCorruption && code != dberr.RecoveryFailed {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		run.Value(true)
		j, err := s.Resume(id, run.Last)
		if err != nil {
			if dberr.CodeOf(err) != dberr.ScriptChanged || run.Outcome != runs.Done && run.Outcome != runs.Unknown && run.Outcome != runs.Rehearsed {
				t.Fatalf("a run that is %s: %v", run.Outcome, err)
			}
			return
		}
		j.Close()
		again, err := s.Load(id)
		if err != nil || again.StepsDone() != run.StepsDone() || again.Resumed != run.Resumed+1 {
			t.Fatalf("resumed, it reads as %+v, %v", again, err)
		}
	})
}
