package house

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	fuzzFunc = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)
	fuzzRow  = regexp.MustCompile("(?m)^\\| `([\\w/]+)` \\| `(Fuzz\\w+)` \\| \\S")
)

// A corpus is small, or nobody reads it, and not empty, or it holds no trap.
const corpusMin, corpusMax = 5, 20

// fuzzTargets returns "package target" of every fuzz function, sorted.
func fuzzTargets(t *testing.T) (targets []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		for _, m := range fuzzFunc.FindAllStringSubmatch(string(text), -1) {
			targets = append(targets, filepath.ToSlash(dir)+" "+m[1])
		}
		return err
	})
	if err != nil || len(targets) == 0 {
		t.Fatalf("%d fuzz targets, %v", len(targets), err)
	}
	slices.Sort(targets)
	return targets
}

// The table in docs/HACKING.md lists the fuzz targets there are.
func TestFuzzTargetsAreListed(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs", "HACKING.md"))
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, m := range fuzzRow.FindAllStringSubmatch(string(page), -1) {
		listed = append(listed, m[1]+" "+m[2])
	}
	slices.Sort(listed)
	if targets := fuzzTargets(t); !slices.Equal(listed, targets) {
		t.Errorf("docs/HACKING.md lists\n%s\nand there are\n%s", strings.Join(listed, "\n"), strings.Join(targets, "\n"))
	}
}

// Every fuzz target has a small committed corpus, and no corpus is without its target.
func TestFuzzTargetsHaveACorpus(t *testing.T) {
	targets := fuzzTargets(t)
	for _, target := range targets {
		pkg, name, _ := strings.Cut(target, " ")
		seeds, err := os.ReadDir(filepath.Join(root, pkg, "testdata", "fuzz", name))
		if err != nil || len(seeds) < corpusMin || len(seeds) > corpusMax {
			t.Errorf("%s has %d seeds, want %d to %d; %v", target, len(seeds), corpusMin, corpusMax, err)
		}
	}
	corpora, err := filepath.Glob(filepath.Join(root, "*", "testdata", "fuzz", "*"))
	deeper, err2 := filepath.Glob(filepath.Join(root, "*", "*", "testdata", "fuzz", "*"))
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	for _, dir := range append(corpora, deeper...) {
		rel, _ := filepath.Rel(root, dir)
		pkg, name := path.Split(filepath.ToSlash(rel))
		if target := strings.TrimSuffix(pkg, "/testdata/fuzz/") + " " + name; !slices.Contains(targets, target) {
			t.Errorf("%s is the corpus of no target", rel)
		}
	}
}
