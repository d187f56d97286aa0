package command

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/aerodb/aerodb/config"
	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/runs"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A completer gives what an argument or a flag's value may be; args are the arguments
// before it.
type completer func(a *app, cmd *cobra.Command, args []string) ([]string, cobra.ShellCompDirective)

// completers are by the name of the parameter, as Use and the flags' texts spell it; a
// name behind a command's path is for that command only.
var completers = map[string]completer{
	"FILE.lua":   extensions("lua"),
	"FILE.tar":   extensions("tar"),
	"FILE.json":  extensions("json"),
	"FILE.jsonl": extensions("jsonl", "json", "csv"),
	"FILE":       anyFile,
	"FILE|DIR":   anyFile,
	"ARG":        anyFile,
	"PATH":       anyFile,
	"DIR":        directories,
	"COLLECTION": collectionNames,
	"VERSION":    versionNames,
	"A":          stateNames,
	"B":          stateNames,
	"SHELL":      words(shells...),
	"COMMAND":    commandNames,

	"V1":                        versionNames,
	"V2":                        versionNames,
	"aerodb schema diff ID":     collectionNames,
	"aerodb stats FORMAT":       words("openmetrics"),
	"aerodb explain CODE":       words(errorCodes()...),
	"aerodb schema show ID":     collectionNames,
	"aerodb snapshot remove ID": snapshotIDs,
	"aerodb runs RUN_ID":        runIDs(func(string) bool { return true }),
	"aerodb run RUN_ID":         runIDs(func(id string) bool { return !runs.IsRehearsal(id) }),
	"aerodb run ID":             runIDs(runs.IsRehearsal),
}

// completing reports whether a completion script asks. Else the commands need not learn
// to complete, which would take a fifth of the time that a start takes.
func (a *app) completing() bool {
	return len(a.env.Args) > 0 && (a.env.Args[0] == cobra.ShellCompRequestCmd || a.env.Args[0] == cobra.ShellCompNoDescRequestCmd)
}

// environ is the environment without what a completion script sets for cobra: it begins as
// the variables of the configuration do.
func (a *app) environ() []string {
	if !a.completing() {
		return a.env.Environ
	}
	return slices.DeleteFunc(slices.Clone(a.env.Environ), func(entry string) bool {
		return strings.HasPrefix(entry, "AERODB_ACTIVE_HELP=")
	})
}

// complete teaches a command, its flags and its subcommands to complete.
func (a *app) complete(cmd *cobra.Command) {
	names := parameterNames(cmd.Use)
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(names) == 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		name := names[min(len(args), len(names)-1)]
		if len(args) >= len(names) && !strings.HasSuffix(name, "...") {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return a.completeNamed(cmd, strings.TrimSuffix(name, "..."), args)
	}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Value.Type() == "bool" {
			return
		}
		name, _ := pflag.UnquoteUsage(f)
		// The error is that the flag is known already; a flag is visited once.
		_ = cmd.RegisterFlagCompletionFunc(f.Name, func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if f.Name == "config" {
				return extensions("toml")(a, cmd, args)
			}
			if choices := choicesOf(f.Name); len(choices) > 0 {
				return choices, cobra.ShellCompDirectiveNoFileComp
			}
			return a.completeNamed(cmd, name, args)
		})
	})
	for _, sub := range cmd.Commands() {
		a.complete(sub)
	}
}

// completeNamed completes a parameter. What has no completer has no file name either.
func (a *app) completeNamed(cmd *cobra.Command, name string, args []string) ([]string, cobra.ShellCompDirective) {
	complete := completers[cmd.CommandPath()+" "+name]
	if complete == nil {
		complete = completers[name]
	}
	if complete == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return complete(a, cmd, args)
}

var flagInUse = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[?--.*$|\(.* \| |\)`) })

// parameterNames are the parameters in a command's Use, "..." behind one that repeats. Of
// "(FILE | ID V1 V2)" they are those of the last choice.
func parameterNames(use string) []string {
	var names []string
	for _, word := range strings.Fields(flagInUse().ReplaceAllString(use, ""))[1:] {
		if name := strings.Trim(word, "[]"); name != "flags" {
			names = append(names, name)
		}
	}
	return names
}

func anyFile(*app, *cobra.Command, []string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

func directories(*app, *cobra.Command, []string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func extensions(names ...string) completer {
	return func(*app, *cobra.Command, []string) ([]string, cobra.ShellCompDirective) {
		return names, cobra.ShellCompDirectiveFilterFileExt
	}
}

func words(all ...string) completer {
	return func(*app, *cobra.Command, []string) ([]string, cobra.ShellCompDirective) {
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}

func errorCodes() []string {
	codes := make([]string, len(dberr.Table))
	for i := range dberr.Table {
		codes[i] = string(dberr.Table[i].Code)
	}
	return codes
}

// choicesOf are the values of the configuration key that a flag sets.
func choicesOf(flag string) []string {
	for i := range config.Keys {
		if config.Keys[i].Flag == flag {
			return config.Keys[i].Choices
		}
	}
	return nil
}

func collectionNames(a *app, cmd *cobra.Command, _ []string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, s := range a.glance(cmd).Schemas {
		names = append(names, s.ID)
	}
	return slices.Compact(names), cobra.ShellCompDirectiveNoFileComp
}

func versionNames(a *app, cmd *cobra.Command, args []string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, s := range a.glance(cmd).Schemas {
		if len(args) > 0 && s.ID == args[0] {
			names = append(names, s.Version)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func snapshotIDs(a *app, cmd *cobra.Command, _ []string) ([]string, cobra.ShellCompDirective) {
	return a.glance(cmd).Snapshots, cobra.ShellCompDirectiveNoFileComp
}

// runIDs are those of the runbooks' journals that are wanted.
func runIDs(wanted func(id string) bool) completer {
	return func(a *app, cmd *cobra.Command, _ []string) ([]string, cobra.ShellCompDirective) {
		unwanted := func(id string) bool { return !wanted(id) }
		return slices.DeleteFunc(a.glance(cmd).Runs, unwanted), cobra.ShellCompDirectiveNoFileComp
	}
}

// stateNames are what diff compares: names, and files too.
func stateNames(a *app, cmd *cobra.Command, _ []string) ([]string, cobra.ShellCompDirective) {
	return append([]string{engine.LiveName}, a.glance(cmd).Snapshots...), cobra.ShellCompDirectiveDefault
}

// commandNames are the commands that help can explain behind those that are named.
func commandNames(_ *app, cmd *cobra.Command, args []string) ([]string, cobra.ShellCompDirective) {
	found, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return subcommands(found), cobra.ShellCompDirectiveNoFileComp
}

// glance looks at the database that the command line means, without its lock. A
// configuration that is wrong shows nothing: saying so is for the command itself.
func (a *app) glance(cmd *cobra.Command) engine.Glance {
	c, err := a.load(cmd)
	if err != nil {
		return engine.Glance{}
	}
	return engine.GlanceAt(engine.Options{Dir: c.DataDir, FS: a.env.FS})
}
