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
	"golang.org/x/sys/unix"
)

// A child is the process of one subject with an open store, and whatever it has started:
// one process group. It is stopped unless a request is under way.
type child struct {
	subject subject
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	memory  int64 // peak, as of the last response
}

// build makes the programs of the subjects.
func (b *bench) build() error {
	args := []string{"build", "-o", filepath.Join(b.root, "bin") + "/", "./cmd/" + nothing}
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
	// AeroDB's own command belongs to the module above, with what that requires.
	cmd = exec.CommandContext(b.ctx, "go", "build", "-C", "..", "-o", b.program(shell), "./cmd/aerodb")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is shipped
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building AeroDB's shell: %w\n%s", err, out)
	}
	return nil
}

// shell is the name of AeroDB's own command among the programs.
const shell = "shell"

// nothing is the program that does nothing.
const nothing = "nothing"

func (b *bench) program(name string) string { return filepath.Join(b.root, "bin", name) }

// command prepares one of the programs, at the head of a process group of its own.
func (b *bench) command(program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(b.ctx, b.program(program), args...)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}

func (b *bench) spawn(s subject, dir string) (*child, error) {
	c := &child{subject: s, cmd: b.command(s.name, "-dir", dir)}
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
	if err := c.signal(syscall.SIGCONT); err != nil {
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
	return time.Duration(answer.NS), !answer.Unsupported, c.signal(syscall.SIGSTOP)
}

func (c *child) signal(s syscall.Signal) error { return syscall.Kill(-c.cmd.Process.Pid, s) }

// close lets the child close its store and end.
func (c *child) close() error {
	return errors.Join(c.signal(syscall.SIGCONT), c.in.Close(), c.cmd.Wait())
}

// kill ends the child and all it has started at once, and waits until they are gone:
// orphans become children of this process (see adoptOrphans).
func (c *child) kill() {
	_ = c.signal(syscall.SIGKILL)
	_ = c.cmd.Wait() // "signal: killed" is what was wanted
	for {
		if _, err := syscall.Wait4(-c.cmd.Process.Pid, nil, 0, nil); err != nil && err != syscall.EINTR {
			return
		}
	}
}

// adoptOrphans makes this process the parent of its descendants whose parents die.
func adoptOrphans() error { return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// start times a process from its start to the answer of its first get, and what of it
// opening and getting took. Closing is not in it.
func (b *bench) start(program, dir, id string) (whole, opened time.Duration, err error) {
	cmd := b.command(program, "-dir", dir, "-get", id)
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
	if err == nil && program != nothing && !strings.Contains(doc, id) {
		err = fmt.Errorf("%s: document %s is %q", program, id, doc)
	}
	return whole, time.Duration(ns), err
}
