package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// exits CODE COMMAND [ARG...] runs a command and checks its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// unchanged DIR [NAME...] checks that every byte below DIR, but for the files NAME, is as
// it was at the first such line of the script; ! unchanged DIR forgets that.
func unchanged(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: unchanged DIR [NAME...]")
	}
	note := ts.MkAbs(filepath.Join("tmp", args[0]+".sum"))
	if neg {
		ts.Check(os.RemoveAll(note))
	}
	now, err := fingerprint(ts.MkAbs(args[0]), args[1:]...)
	ts.Check(err)
	before, err := os.ReadFile(note)
	if errors.Is(err, fs.ErrNotExist) {
		ts.Check(os.WriteFile(note, []byte(now), 0o600))
		return
	}
	ts.Check(err)
	if now != string(before) {
		ts.Fatalf("%s changed from\n%sto\n%s", args[0], before, now)
	}
}

// frozen DIR... checks that every file below the directories has the bytes, the size and
// the time of change that it had at the first frozen of the script, or the first since
// ! frozen; what lies in a folder runs is left out.
func frozen(ts *testscript.TestScript, neg bool, args []string) {
	note := ts.MkAbs(filepath.Join("tmp", "frozen"))
	if neg {
		ts.Check(os.RemoveAll(note))
		return
	}
	var now strings.Builder
	for _, dir := range args {
		sums, err := fingerprint(ts.MkAbs(dir))
		ts.Check(err)
		sums += "/LOCK\n" // it says who opened the database last; here not even that may change
		for line := range strings.Lines(sums) {
			name := strings.Fields(line)[0]
			if strings.HasPrefix(name, "/runs") {
				continue
			}
			info, err := os.Stat(ts.MkAbs(dir) + name)
			if err != nil || info.IsDir() {
				continue
			}
			fmt.Fprintf(&now, "%d %s %s", info.Size(), info.ModTime(), line)
		}
	}
	before, err := os.ReadFile(note)
	if errors.Is(err, fs.ErrNotExist) {
		ts.Check(os.WriteFile(note, []byte(now.String()), 0o600))
		return
	}
	ts.Check(err)
	if now.String() != string(before) {
		ts.Fatalf("%s changed from\n%sto\n%s", args, before, now.String())
	}
}

// fingerprint lists every file below dir with its mode and the sum of its
// bytes, but for those that may change. LOCK says who opened the database last, and may.
func fingerprint(dir string, may ...string) (string, error) {
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() == "LOCK" || slices.Contains(may, d.Name()) {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		sum := ""
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			sum = fmt.Sprintf("%x", sha256.Sum256(data))[:16]
		}
		fmt.Fprintf(&b, "%s %v %s\n", strings.TrimPrefix(name, dir), info.Mode(), sum)
		return nil
	})
	return b.String(), err
}

// damage PATTERN OFFSET flips a bit of the one file that matches.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: damage PATTERN OFFSET")
	}
	names, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(names) != 1 {
		ts.Fatalf("%s matches %d files", args[0], len(names))
	}
	offset, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.Chmod(names[0], 0o600))
	data, err := os.ReadFile(names[0])
	ts.Check(err)
	data[offset] ^= 1
	ts.Check(os.WriteFile(names[0], data, 0o600))
}
