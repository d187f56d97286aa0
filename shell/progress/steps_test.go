package progress

import (
	"bytes"
	"strings"
	"testing"
)

func TestSteps(t *testing.T) {
	var out bytes.Buffer
	s := NewSteps(&out, true, "restore", "verify")
	for _, at := range [][2]int64{{10, 100}, {100, 100}, {5, 50}, {50, 50}, {1, 50}, {3, 0}} {
		s.Set(at[0], at[1])
	}
	s.Finish()
	var order []string
	for part := range strings.SplitSeq(out.String(), "\r") {
		for _, label := range []string{"restore", "verify"} {
			if strings.Contains(part, label) && (len(order) == 0 || order[len(order)-1] != label) {
				order = append(order, label)
			}
		}
	}
	if got := strings.Join(order, " "); got != "restore verify restore verify" {
		t.Errorf("drew %s:\n%q", got, out.String())
	}
}

func TestStepsWithoutATerminal(t *testing.T) {
	var out bytes.Buffer
	s := NewSteps(&out, false, "restore")
	s.Set(1, 2)
	s.Finish()
	if out.Len() != 0 {
		t.Errorf("wrote %q", out.String())
	}
}
