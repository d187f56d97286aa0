package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// What go test gives the test of a fault, and all tests of a package without one;
// compiling is not counted.
const (
	deadline        = 2 * time.Minute
	controlDeadline = 10 * time.Minute
)

// A runner plants faults in the module at root.
type runner struct {
	ctx  context.Context
	root string
	temp string // edited files go here
}

// A result is what became of one fault.
type result struct {
	fault   fault
	verdict verdict
	took    time.Duration
	err     error // why it could not be tried
}

// try plants a fault and runs its test.
func (r *runner) try(number int, f fault) result {
	start := time.Now()
	res := result{fault: f}
	overlay, err := r.overlay(number, f)
	if err != nil {
		res.verdict.outcome, res.err = stale, err
		return res
	}
	res.verdict, res.err = r.test(f.pkg, f.pattern(), "-timeout", deadline.String(), "-overlay", overlay)
	res.took = time.Since(start)
	return res
}

// overlay writes the edited file, and the list that puts it in the place of the
// file it was made of.
func (r *runner) overlay(number int, f fault) (string, error) {
	planted, err := f.plant(r.root)
	if err != nil {
		return "", err
	}
	edited := filepath.Join(r.temp, fmt.Sprintf("%d.go", number))
	if err := os.WriteFile(edited, planted, 0o600); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(r.root, f.file): edited}})
	if err != nil {
		return "", err
	}
	name := filepath.Join(r.temp, fmt.Sprintf("%d.json", number))
	return name, os.WriteFile(name, list, 0o600)
}

// test runs the tests of a package that match a pattern, up to the first that fails.
func (r *runner) test(pkg, pattern string, flags ...string) (verdict, error) {
	args := append([]string{"test", "-json", "-vet=off", "-failfast", "-run", pattern}, flags...)
	cmd := exec.CommandContext(r.ctx, "go", append(args, "./"+pkg)...)
	cmd.Dir = r.root
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if cerr := r.ctx.Err(); cerr != nil {
		return verdict{}, cerr
	}
	v := judge(stdout.Bytes(), err == nil)
	v.output += stderr.String()
	return v, nil
}

// control runs the tests of the faults without any of them: all must pass, or that
// they fail with one says nothing.
func (r *runner) control(list []fault) error {
	patterns := map[string][]string{}
	var pkgs []string
	for _, f := range list {
		if patterns[f.pkg] == nil {
			pkgs = append(pkgs, f.pkg)
		}
		if !slices.Contains(patterns[f.pkg], f.pattern()) {
			patterns[f.pkg] = append(patterns[f.pkg], f.pattern())
		}
	}
	for _, pkg := range pkgs {
		v, err := r.test(pkg, strings.Join(patterns[pkg], "|"), "-timeout", controlDeadline.String())
		if err != nil {
			return err
		}
		if v.outcome != survived {
			return fmt.Errorf("without any fault the tests of %s do not pass: %s %s\n%s", pkg, v.outcome, v.test, v.output)
		}
		for _, f := range list {
			if name := strings.ReplaceAll(f.test, " ", "_"); f.pkg == pkg && !slices.Contains(v.passed, name) {
				return fmt.Errorf("%q is to be noticed by %s of %s, which did not run", f.name, f.test, pkg)
			}
		}
	}
	return nil
}
