package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"

	"github.com/aerodb/aerodb/cmd/aerodb/command/selftest"
)

// startChild starts this program again. The child is in a process group of its own, so
// that a Ctrl-C at the terminal stops the parent, which then stops the child.
func startChild(dir string, args, variables []string) (*selftest.Child, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, args...)
	cmd.Args[0] = os.Args[0]
	cmd.Dir = dir
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "AERODB_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, variables...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &selftest.Child{
		Stdin: stdin, Stdout: stdout,
		Kill: func() { _ = cmd.Process.Kill() }, // it may have ended
		Wait: sync.OnceValues(func() (int, string) {
			err := cmd.Wait()
			if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
				return -1, err.Error()
			}
			return cmd.ProcessState.ExitCode(), stderr.String()
		}),
	}, nil
}
