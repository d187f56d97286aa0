package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var root = filepath.Join("..", "..")

// Each fault applies to the code as it is, and comes out as Go. Whether its test
// notices it is what the program itself finds out.
func TestFaultsApply(t *testing.T) {
	names := map[string]bool{}
	for _, f := range allFaults() {
		if names[f.name] {
			t.Errorf("two faults are called %q", f.name)
		}
		names[f.name] = true
		if _, err := f.plant(root); err != nil {
			t.Errorf("%q: %v", f.name, err)
		}
		if f.before == f.after || strings.HasSuffix(f.name, ".") || strings.Contains(f.name, "|") {
			t.Errorf("%q: it changes nothing, or its name is not one", f.name)
		}
	}
	if len(names) < 30 {
		t.Errorf("there are only %d faults", len(names))
	}
}

// Each fault names a test function that is there.
func TestCatchersAreThere(t *testing.T) {
	found := map[string]string{}
	for _, f := range allFaults() {
		if _, read := found[f.pkg]; !read {
			found[f.pkg] = testsOf(t, f.pkg)
		}
		name, _, _ := strings.Cut(f.test, "/")
		if !strings.Contains(found[f.pkg], "func "+name+"(") {
			t.Errorf("%q: %s has no %s", f.name, f.pkg, name)
		}
	}
}

// testsOf returns the text of a package's test files.
func testsOf(t *testing.T, pkg string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, pkg, "*_test.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("the tests of %s: %v, %v", pkg, names, err)
	}
	var all strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

func TestPageListsTheFaults(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != renderPage() {
		t.Errorf("%s is not what the faults make of it; write it with: go run ./internal/mutation -update", page)
	}
}

func TestPlantRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte("package a\n\nvar x, y = 1, 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		before, after string
		want          string // in the error; empty for none
	}{
		{"x, y", "y, x", ""},
		{"z", "x", "0 times"},
		{"1", "2", "2 times"},
		{"x, y", "x,", "not Go"},
	} {
		f := fault{file: "a.go", before: tt.before, after: tt.after}
		_, err := f.plant(dir)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q by %q: %v, want %q", tt.before, tt.after, err, tt.want)
		}
	}
}

func TestPattern(t *testing.T) {
	f := fault{test: "TestCrashEverywhere/checkpoint with merge"}
	if got, want := f.pattern(), "^TestCrashEverywhere$/^checkpoint_with_merge$"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestDraw(t *testing.T) {
	all := allFaults()
	names := func(list []fault) (names []string) {
		for _, f := range list {
			names = append(names, f.name)
		}
		return names
	}
	one, again, other := names(draw(all, 12, "one")), names(draw(all, 12, "one")), names(draw(all, 12, "other"))
	if len(one) != 12 || !slices.Equal(one, again) || slices.Equal(one, other) {
		t.Errorf("drawn by one seed twice:\n%q\n%q\nby another:\n%q", one, again, other)
	}
	if !slices.Equal(names(draw(all, len(all)+1, "one")), names(all)) {
		t.Error("drawing more than there are does not give all, in order")
	}
}

// What go test -json prints is read right. The lines are from real runs, shortened.
func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		name   string
		passes bool
		lines  []string
		want   outcome
		test   string
	}{
		{"passes", true, []string{`{"Action":"run","Test":"TestA"}`, `{"Action":"pass","Test":"TestA"}`, `{"Action":"pass"}`}, survived, ""},
		{"nothing ran", true, []string{`{"Action":"output","Output":"testing: warning: no tests to run\n"}`, `{"Action":"pass"}`}, noTest, ""},
		{"fails", false, []string{`{"Action":"run","Test":"TestA"}`, `{"Action":"run","Test":"TestA/b"}`, `{"Action":"fail","Test":"TestA/b"}`,
			`{"Action":"fail","Test":"TestA"}`, `{"Action":"fail"}`}, caught, "TestA/b"},
		{"ends in the middle", false, []string{`{"Action":"run","Test":"TestA"}`, `{"Action":"output","Output":"panic: boom\n"}`, `{"Action":"fail"}`}, caught, "TestA"},
		{"hangs", false, []string{`{"Action":"run","Test":"TestA"}`, `{"Action":"output","Output":"panic: test timed out after 2m0s\n"}`,
			`{"Action":"fail","Test":"TestA"}`, `{"Action":"fail"}`}, hung, "TestA"},
		{"does not compile", false, []string{`{"Action":"build-output","Output":"x.go:1:1: undefined: y\n"}`, `{"Action":"build-fail"}`,
			`{"Action":"output","Output":"FAIL\tp [build failed]\n"}`, `{"Action":"fail","FailedBuild":"p"}`}, broken, ""},
		{"go itself fails", false, []string{`go: no such tool "compile"`}, broken, ""},
	} {
		v := judge([]byte(strings.Join(tt.lines, "\n")), tt.passes)
		if v.outcome != tt.want || v.test != tt.test {
			t.Errorf("%s: %q by %q, want %q by %q", tt.name, v.outcome, v.test, tt.want, tt.test)
		}
	}
}

// What a test said is shown if it did not notice, and only then.
func TestReport(t *testing.T) {
	for _, tt := range []struct {
		v       verdict
		verbose bool
		shown   bool
	}{
		{verdict{outcome: caught, test: "TestA", output: "said"}, false, false},
		{verdict{outcome: caught, test: "TestA", output: "said"}, true, true},
		{verdict{outcome: survived, output: "said"}, false, true},
	} {
		var b strings.Builder
		report(&b, result{fault: fault{name: "one"}, verdict: tt.v}, tt.verbose)
		if row := b.String(); !strings.HasPrefix(row, string(tt.v.outcome)) || !strings.Contains(row, tt.v.test) || strings.Contains(row, "said") != tt.shown {
			t.Errorf("%+v: %s", tt, row)
		}
	}
}
