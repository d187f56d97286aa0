package main

import (
	"crypto/sha256"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A fault is a mistake that somebody could make in the product, and the test that
// would tell them.
type fault struct {
	name   string // what is wrong, as a sentence without its full stop
	file   string // where, from the root of the module
	before string // occurs in file exactly once
	after  string // what stands there instead
	pkg    string // of the test, from the root of the module
	test   string // that notices: TestName, or TestName/subtest
}

// A chapter is the faults of one part of the product.
type chapter struct {
	title  string
	faults []fault
}

// chapters lists all faults, in the order of docs/MUTATION.md.
var chapters = []chapter{
	{"The log", logFaults},
	{"The end of a log", tailFaults},
	{"Commits and the memtable", commitFaults},
	{"Names and files made durable", durableFaults},
	{"Checkpoint, snapshot, open", checkpointFaults},
	{"Segments and merges", segmentFaults},
	{"Backup and restore", restoreFaults},
	{"Queries and verify", queryFaults},
	{"Shell", shellFaults},
}

func allFaults() (list []fault) {
	for _, c := range chapters {
		list = append(list, c.faults...)
	}
	return list
}

// plant returns the file with the fault in it.
func (f *fault) plant(root string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(root, f.file))
	if err != nil {
		return nil, err
	}
	if n := strings.Count(string(text), f.before); n != 1 {
		return nil, fmt.Errorf("%s has the text to replace %d times, not once:\n%s", f.file, n, f.before)
	}
	planted := []byte(strings.Replace(string(text), f.before, f.after, 1))
	if _, err := parser.ParseFile(token.NewFileSet(), f.file, planted, parser.SkipObjectResolution); err != nil {
		return nil, fmt.Errorf("what comes out is not Go: %w", err)
	}
	return planted, nil
}

// pattern returns what go test -run takes for the fault's test and no other.
func (f *fault) pattern() string {
	parts := strings.Split(f.test, "/")
	for i, p := range parts {
		parts[i] = "^" + strings.ReplaceAll(p, " ", "_") + "$"
	}
	return strings.Join(parts, "/")
}

// draw takes n faults, which ones depends on nothing but their names and the seed,
// and leaves them in order.
func draw(list []fault, n int, seed string) []fault {
	rank := func(f fault) string {
		sum := sha256.Sum256([]byte(seed + "\x00" + f.name))
		return string(sum[:])
	}
	drawn := slices.Clone(list)
	slices.SortFunc(drawn, func(a, b fault) int { return strings.Compare(rank(a), rank(b)) })
	drawn = drawn[:min(n, len(drawn))]
	return slices.DeleteFunc(slices.Clone(list), func(f fault) bool {
		return !slices.ContainsFunc(drawn, func(d fault) bool { return d.name == f.name })
	})
}
