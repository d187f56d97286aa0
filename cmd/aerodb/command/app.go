package command

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync/atomic"

	"github.com/aerodb/aerodb/config"
	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/shell/render"
	"github.com/spf13/cobra"
)

// app is one run of the program.
type app struct {
	env    *Env
	ctx    context.Context
	cancel context.CancelCauseFunc
	flags  globalFlags

	config *config.Config // nil before configure
	log    *slog.Logger
	out    *output
	stdin  *input

	// interrupt, if set, takes Ctrl-C in place of cancelling ctx.
	interrupt atomic.Pointer[func()]
	db        atomic.Pointer[engine.DB] // the one opened last; nil before
	closers   []func() error            // run at the end, last first
}

// globalFlags are the flags that every command has. The flags that set a key
// of the configuration are read by package config.
type globalFlags struct {
	config   string
	format   string
	readOnly bool
	noColor  bool
	quiet    bool
	yes      bool
}

// Main runs the command that env.Args names and returns the exit code.
func Main(env *Env) (code int) {
	a := &app{env: env, log: slog.New(slog.DiscardHandler)}
	stop := a.watch()
	defer stop()
	a.stdin = &input{ctx: a.ctx, r: env.Stdin}
	a.out = newOutput(a)
	err := a.execute()
	if e := a.out.flush(); err == nil {
		err = e
	}
	for i := len(a.closers) - 1; i >= 0; i-- {
		if e := a.closers[i](); err == nil {
			err = e
		}
	}
	if err != nil {
		a.printError(err)
	}
	return exitCode(a.ctx, err)
}

// execute runs the command. A panic is a bug and becomes an error with a code:
// the code a Go program dies with by itself would mean wrong usage here.
func (a *app) execute() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = dberr.New(dberr.InternalInvariant, "%v\n%s", r, debug.Stack())
		}
	}()
	root := a.root()
	root.SetArgs(a.env.Args)
	root.SetIn(a.stdin)
	root.SetOut(a.out)
	root.SetErr(a.env.Stderr)
	return root.ExecuteContext(a.ctx)
}

// load reads the configuration and changes nothing.
func (a *app) load(cmd *cobra.Command) (*config.Config, error) {
	given := make(map[string]string)
	for i := range config.Keys {
		if f := cmd.Flags().Lookup(config.Keys[i].Flag); f != nil && f.Changed {
			given[f.Name] = f.Value.String()
		}
	}
	return config.Load(config.Inputs{
		File: a.flags.config, Open: a.env.Open, Environ: a.environ(), Flags: given,
	})
}

// configure loads the configuration and opens the log.
func (a *app) configure(cmd *cobra.Command) (err error) {
	a.config, err = a.load(cmd)
	if err != nil {
		return err
	}
	a.out.format = a.config.Shell.OutputFormat
	a.out.color = a.env.StdoutTTY && !a.flags.noColor && a.env.getenv("NO_COLOR") == ""
	return a.openLog()
}

// configured is a command's body that needs the configuration.
func (a *app) configured(run func(args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := a.configure(cmd); err != nil {
			return err
		}
		return run(args)
	}
}

// unconfigured is a command's body that works where no configuration can be read.
func (a *app) unconfigured(run func(args []string) error) func(*cobra.Command, []string) error {
	return func(_ *cobra.Command, args []string) error {
		if slices.Contains(render.Modes, a.flags.format) {
			a.out.format = a.flags.format
		}
		return run(args)
	}
}

// say tells a person something that is not a result. Beside results that are
// JSON it is a line of JSON, as errors are.
func (a *app) say(format string, args ...any) {
	switch text := fmt.Sprintf(format, args...); {
	case a.flags.quiet:
	case a.errorFormat() == "json":
		fmt.Fprintf(a.env.Stderr, "%s\n", objectJSON([]document.Member{
			{Name: "status", Value: document.StringValue("note")},
			{Name: "message", Value: document.StringValue(text)},
		}))
	default:
		fmt.Fprintf(a.env.Stderr, "aerodb: %s\n", text)
	}
}
