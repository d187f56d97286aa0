package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// page runs program with text as its input. That it did not read to the end is no error:
// a person has seen enough; so is its end by Ctrl-C, which it gets as we do, and the
// system's shell must survive. Where LESS is not set, less shows colours, leaves the text
// on the screen, and ends by itself at the end of one screen.
func page(program, text string) error {
	const interrupted = 130
	cmd := exec.Command("/bin/sh", "-c", "trap : INT\n"+program)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), os.Stdout, os.Stderr
	if _, set := os.LookupEnv("LESS"); !set {
		cmd.Env = append(os.Environ(), "LESS=FRX")
	}
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		status, ok := exit.Sys().(syscall.WaitStatus)
		if exit.ExitCode() == interrupted || ok && status.Signaled() && status.Signal() == syscall.SIGINT {
			return nil
		}
	}
	return err
}
