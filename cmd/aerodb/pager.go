package main

import (
	"os"
	"os/exec"
	"strings"
)

// page runs program with text as its input. That it did not read to the end is no error:
// a person has seen enough. Where LESS is not set, less shows colours, leaves the text on
// the screen, and ends by itself at the end of one screen.
func page(program, text string) error {
	cmd := exec.Command("/bin/sh", "-c", program)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), os.Stdout, os.Stderr
	if _, set := os.LookupEnv("LESS"); !set {
		cmd.Env = append(os.Environ(), "LESS=FRX")
	}
	return cmd.Run()
}
