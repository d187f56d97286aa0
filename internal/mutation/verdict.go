package main

import (
	"bytes"
	"encoding/json"
	"strings"
)

// An outcome says what became of a fault.
type outcome string

const (
	caught   outcome = "caught"
	hung     outcome = "hung"           // caught, but by nothing other than go test's deadline
	survived outcome = "SURVIVED"       // the test passes with the fault in the product
	noTest   outcome = "NO SUCH TEST"   // nothing ran that could fail
	stale    outcome = "DOES NOT APPLY" // the text to replace is not there, or more than once
	broken   outcome = "DOES NOT COMPILE"
)

// good reports whether the suite did what it is to do.
func (o outcome) good() bool { return o == caught || o == hung }

// An event is a line of go test -json.
type event struct {
	Action, Test, Output string
}

// A verdict is what the output of go test -json says.
type verdict struct {
	outcome outcome
	test    string // the first that failed
	passed  []string
	output  string // of the compiler, or of the tests
}

// judge reads what go test -json printed; passes says that it ended well.
func judge(stdout []byte, passes bool) verdict {
	var v verdict
	var running []string
	var output strings.Builder
	for line := range bytes.Lines(stdout) {
		var e event
		if json.Unmarshal(line, &e) != nil {
			output.Write(line) // not of a test: the linker, a crash of go itself
			continue
		}
		switch e.Action {
		case "run":
			running = append(running, e.Test)
		case "pass":
			v.passed = append(v.passed, e.Test)
		case "fail":
			if e.Test != "" && v.test == "" {
				v.test = e.Test
			}
		case "build-fail":
			v.outcome = broken
		}
		output.WriteString(e.Output)
	}
	v.output = output.String()
	switch {
	case v.outcome == broken:
	case strings.Contains(v.output, "panic: test timed out after"):
		v.outcome = hung
	case !passes && v.test == "" && len(running) > 0:
		v.outcome = caught // the process ended in the middle of a test
	case v.test != "":
		v.outcome = caught
	case !passes:
		v.outcome = broken
	case len(running) == 0:
		v.outcome = noTest
	default:
		v.outcome = survived
	}
	if v.outcome.good() && v.test == "" {
		v.test = running[len(running)-1]
	}
	return v
}
