package progress

import (
	"bytes"
	"testing"
)

func TestNothingWithoutATerminal(t *testing.T) {
	var out bytes.Buffer
	b := New(&out, false, "import", 100, Bytes)
	b.Set(50)
	b.Finish()
	if out.Len() != 0 {
		t.Errorf("wrote %q", out.String())
	}
}

func TestBarNamesItsWork(t *testing.T) {
	for _, total := range []int64{100, Unknown} {
		for _, unit := range []Unit{Bytes, Documents} {
			var out bytes.Buffer
			b := New(&out, true, "import users.jsonl", total, unit)
			b.Set(50)
			b.Finish()
			if !bytes.Contains(out.Bytes(), []byte("import users.jsonl")) {
				t.Errorf("total %d: drew %q", total, out.String())
			}
		}
	}
}
