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
	return a.ask(a.needYes(what), what+". "+question)
}

// canAsk reports whether there is a person to ask.
func (a *app) canAsk() bool { return a.env.StdinTTY && a.env.StderrTTY }

// ask asks a question whose answer no is the refusal; nil needs no question.
func (a *app) ask(refusal error, question string) error {
	if refusal == nil || !a.canAsk() {
		return refusal
	}
	fmt.Fprintf(a.env.Stderr, "%s [y/N] ", question)
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
