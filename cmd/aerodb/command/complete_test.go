package command

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every parameter of a command and every value of a flag has a completer, or is listed
// here as one whose values nobody can list.
func TestEveryParameterCompletes(t *testing.T) {
	free := []string{"aerodb eval CODE", "aerodb CODE", "N", "int", "SEED", "TIME", "PERCENT", "INTERVAL"}
	n := 0
	check := func(cmd *cobra.Command, name string) {
		n++
		path := cmd.CommandPath() + " " + name
		for _, f := range free {
			if f == path || f == name {
				return
			}
		}
		if completers[name] == nil && completers[path] == nil {
			t.Errorf("%q has no completer: add one to completers", path)
		}
	}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, name := range parameterNames(cmd.Use) {
			check(cmd, strings.TrimSuffix(name, "..."))
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if name, _ := pflag.UnquoteUsage(f); f.Value.Type() != "bool" && f.Name != "config" && choicesOf(f.Name) == nil {
				check(cmd, name)
			}
		})
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	a := &app{env: &Env{}}
	walk(a.root())
	if n < 20 {
		t.Errorf("only %d parameters were looked at", n)
	}
}

func TestParameterNames(t *testing.T) {
	for use, want := range map[string]string{
		"run FILE.lua [ARG...]":         "FILE.lua ARG...",
		"schema":                        "",
		"diff (FILE.json | ID V1 V2)":   "ID V1 V2",
		"aerodb [flags]":                "",
		"show ID [VERSION]":             "ID VERSION",
		"backup --output FILE.tar":      "",
		"restore --input FILE | --undo": "",
	} {
		got := ""
		for _, name := range parameterNames(use) {
			if got != "" {
				got += " "
			}
			got += name
		}
		if got != want {
			t.Errorf("%q: %q, want %q", use, got, want)
		}
	}
}
