package main

import (
	"bytes"
	_ "embed" // script.lua
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/aerodb/aerodb/bench/figure"
	"github.com/aerodb/aerodb/bench/users"
	"github.com/aerodb/aerodb/bench/worker"
)

const sqliteShell = "sqlite3"

//go:embed script.lua
var aeroScript string

// shells measures the command-line shells on the closed databases: their start-up, and a
// script that gets documents one by one.
func (b *bench) shells() error {
	if b.wants("shell") {
		b.say("shell")
		if err := b.shellStarts(); err != nil {
			return err
		}
	}
	if b.wants("script") {
		b.say("script")
		return b.scripts()
	}
	return nil
}

func (b *bench) aeroShell(args ...string) *exec.Cmd {
	args = append([]string{"--data-dir", filepath.Join(b.place("load", subject{name: "aerodb"}), "data"), "--quiet"}, args...)
	cmd := exec.CommandContext(b.ctx, b.program(shell), args...)
	cmd.Dir = b.dir // where no config.toml lies
	cmd.Stderr = os.Stderr
	return cmd
}

func (b *bench) sqliteShell(args ...string) *exec.Cmd {
	args = append([]string{"-batch", "-bail", filepath.Join(b.place("load", subject{name: "sqlite"}), "sqlite.db")}, args...)
	cmd := exec.CommandContext(b.ctx, sqliteShell, args...)
	cmd.Stderr = os.Stderr
	return cmd
}

// shellStarts records the medians of several starts in turns, from the start of a process
// to its end.
func (b *bench) shellStarts() error {
	starts := map[string]func() *exec.Cmd{
		"limit":  func() *exec.Cmd { return exec.CommandContext(b.ctx, b.program(nothing)) },
		"aerodb": func() *exec.Cmd { return b.aeroShell("-e", "return 1") },
		"sqlite": func() *exec.Cmd { return b.sqliteShell("select 1") },
	}
	prints := map[string]string{"limit": "0 nothing", "aerodb": "1", "sqlite": "1"}
	all := map[string][]float64{}
	for range b.scale.Starts {
		for _, s := range b.inTurn() {
			if starts[s.name] == nil || s.name == "sqlite" && !onPath(sqliteShell) {
				continue
			}
			if _, err := starts[s.name]().Output(); err != nil { // as in the other starts
				return fmt.Errorf("%s: %w", s.name, err)
			}
			cmd := starts[s.name]()
			begin := time.Now()
			out, err := cmd.Output()
			spent := time.Since(begin)
			if err == nil && strings.TrimSpace(string(out)) != prints[s.name] {
				err = fmt.Errorf("the shell prints %q", out)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			all[s.name] = append(all[s.name], milliseconds(spent))
		}
	}
	for name, values := range all {
		b.record("shell", name, figure.Median(values))
	}
	return nil
}

// inTurn returns the subjects; another begins each time.
func (b *bench) inTurn() []subject {
	b.turns++
	first := b.turns % len(b.subjects)
	return append(append([]subject(nil), b.subjects[first:]...), b.subjects[:first]...)
}

// A scriptRun runs a script once and says how long it took.
type scriptRun func() (time.Duration, error)

// scripts gets the same documents in the same random order in each shell, in turns. The
// first turn does not count: it fills the system's caches.
func (b *bench) scripts() error {
	runs, err := b.scriptRuns()
	if err != nil {
		return err
	}
	all := map[string][]float64{}
	for turn := range 1 + scriptTurns {
		for _, s := range b.inTurn() {
			if runs[s.name] == nil {
				continue
			}
			spent, err := runs[s.name]()
			if err != nil {
				return fmt.Errorf("%s: script: %w", s.name, err)
			}
			if turn > 0 {
				all[s.name] = append(all[s.name], float64(b.scale.Script)/spent.Seconds())
			}
		}
	}
	for name, rates := range all {
		b.record("script", name, figure.Median(rates))
	}
	return b.closeAll()
}

const scriptTurns = 3

func (b *bench) scriptRuns() (map[string]scriptRun, error) {
	files, err := b.scriptFiles()
	if err != nil {
		return nil, err
	}
	runs := map[string]scriptRun{}
	for _, s := range b.subjects {
		switch {
		case s.name == "aerodb":
			runs[s.name] = func() (time.Duration, error) { return timed(b.aeroShell("run", files.lua, files.ids)) }
		case s.name == "sqlite" && onPath(sqliteShell):
			if err := b.checkSelects(files.selects); err != nil {
				return nil, err
			}
			runs[s.name] = func() (time.Duration, error) { return timed(b.sqliteShell(fmt.Sprintf(".read %q", files.selects))) }
		case s.name == "tarantool": // it runs scripts itself; its start is not in the time
			c, err := b.spawn(s, b.place("load", s))
			if err != nil {
				return nil, err
			}
			b.children = append(b.children, c)
			runs[s.name] = func() (time.Duration, error) {
				spent, _, err := c.ask(worker.Request{Op: "script", Path: files.ids})
				return spent, err
			}
		}
	}
	return runs, nil
}

// timed times a process from its start to its end.
func timed(cmd *exec.Cmd) (time.Duration, error) {
	begin := time.Now()
	err := cmd.Run()
	return time.Since(begin), err
}

// checkSelects wants a document from each select.
func (b *bench) checkSelects(file string) error {
	out, err := b.sqliteShell(fmt.Sprintf(".read %q", file)).Output()
	if lines := bytes.Count(out, []byte("\n")); err == nil && lines != b.scale.Script {
		err = fmt.Errorf("%d documents of %d", lines, b.scale.Script)
	}
	return err
}

// A scriptFiles is what the scripts read: the _ids a line each, the same as selects, and
// AeroDB's script.
type scriptFiles struct{ ids, selects, lua string }

func (b *bench) scriptFiles() (f scriptFiles, err error) {
	f = scriptFiles{filepath.Join(b.dir, "ids"), filepath.Join(b.dir, "selects"), filepath.Join(b.dir, "script.lua")}
	rng := rand.New(rand.NewPCG(b.seed, uint64(b.number)))
	var ids, selects bytes.Buffer
	selects.WriteString("PRAGMA cache_size=-65536;\n")
	for range b.scale.Script {
		id := users.ID(rng.IntN(b.scale.Documents))
		fmt.Fprintln(&ids, id)
		fmt.Fprintf(&selects, "SELECT json FROM user WHERE id='%s';\n", id)
	}
	for name, text := range map[string][]byte{f.ids: ids.Bytes(), f.selects: selects.Bytes(), f.lua: []byte(aeroScript)} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			return f, err
		}
	}
	return f, nil
}
