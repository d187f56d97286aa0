package command

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
)

// confirm asks a person whether to go on. Without a terminal to ask on, only
// --yes is a yes.
func (a *app) confirm(what, question string) error {
	refusal := a.needYes(what)
	if refusal == nil || !a.env.StdinTTY || !a.env.StderrTTY {
		return refusal
	}
	fmt.Fprintf(a.env.Stderr, "%s. %s [y/N] ", what, question)
	answer, err := bufio.NewReader(a.stdin).ReadString('\n')
	if err != nil && answer == "" {
		return refusal
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return refusal
}

// needYes is the refusal of what only --yes allows.
func (a *app) needYes(what string) error {
	if a.flags.yes {
		return nil
	}
	return dberr.New(dberr.ConfigInvalid, "%s", what).WithHint("to go on, say --yes")
}
