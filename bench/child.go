package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/aerodb/aerodb/bench/worker"
)

// A child is the process of one subject with an open store. It is stopped unless a
// request is under way.
type child struct {
	subject subject
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	memory  int64 // peak, as of the last response
}

// build makes the programs of the subjects.
func (b *bench) build() error {
	args := []string{"build", "-o", filepath.Join(b.root, "bin") + "/", "./cmd/nothing"}
	for _, s := range b.subjects {
		args = append(args, "./cmd/"+s.name)
	}
	if err := os.Mkdir(filepath.Join(b.root, "bin"), 0o700); err != nil {
		return err
	}
	cmd := exec.CommandContext(b.ctx, "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1") // SQLite is C
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the subjects, which needs Go and a C compiler: %w\n%s", err, out)
	}
	return nil
}

func (b *bench) program(name string) string { return filepath.Join(b.root, "bin", name) }

func (b *bench) spawn(s subject, dir string) (*child, error) {
	c := &child{subject: s, cmd: exec.CommandContext(b.ctx, b.program(s.name), "-dir", dir)}
	c.cmd.Stderr = os.Stderr
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	return c, nil
}

// ask lets the child run while it does a request. It returns false if the subject has
// nothing of the kind.
func (c *child) ask(r worker.Request) (time.Duration, bool, error) {
	line, err := json.Marshal(r)
	if err != nil {
		return 0, false, err
	}
	if err := c.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		return 0, false, err
	}
	if _, err := c.in.Write(append(line, '\n')); err != nil {
		return 0, false, err
	}
	line, err = c.out.ReadBytes('\n')
	if err != nil {
		return 0, false, fmt.Errorf("%s: %s: no answer: %w", c.subject.name, r.Op, err)
	}
	var answer worker.Response
	if err := json.Unmarshal(line, &answer); err != nil {
		return 0, false, err
	}
	if answer.Err != "" {
		return 0, false, fmt.Errorf("%s: %s: %s", c.subject.name, r.Op, answer.Err)
	}
	c.memory = max(c.memory, answer.Memory)
	return time.Duration(answer.NS), !answer.Unsupported, c.cmd.Process.Signal(syscall.SIGSTOP)
}

// close lets the child close its store and end.
func (c *child) close() error {
	return errors.Join(c.cmd.Process.Signal(syscall.SIGCONT), c.in.Close(), c.cmd.Wait())
}

// kill ends the child at once.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait() // "signal: killed" is what was wanted
}

// start times a process from its start to the answer of its first get, and what of it
// opening and getting took. Closing is not in it.
func (b *bench) start(program, dir, id string) (whole, opened time.Duration, err error) {
	cmd := exec.CommandContext(b.ctx, b.program(program), "-dir", dir, "-get", id)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return 0, 0, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	whole = time.Since(begin)
	if err = errors.Join(err, in.Close(), cmd.Wait()); err != nil {
		return 0, 0, fmt.Errorf("%s: %w", program, err)
	}
	spent, doc, _ := strings.Cut(line, " ")
	ns, err := strconv.ParseInt(spent, 10, 64)
	if err == nil && program != "nothing" && !strings.Contains(doc, id) {
		err = fmt.Errorf("%s: document %s is %q", program, id, doc)
	}
	return whole, time.Duration(ns), err
}
