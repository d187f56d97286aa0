package command

import (
	"context"
	"errors"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/shell"
	"github.com/aerodb/aerodb/shell/lang"
	"github.com/aerodb/aerodb/shell/repl"
	"github.com/spf13/cobra"
)

// inSession opens the database, or a scratch one, binds Lua to it, runs the
// start-up scripts and then run. The database is closed before it returns.
func (a *app) inSession(cmd *cobra.Command, scratch bool, run func(*shell.Session) error) error {
	return a.inPreparedSession(cmd, scratch, nil, run)
}

// inPreparedSession is inSession with something to do before the start-up scripts.
func (a *app) inPreparedSession(cmd *cobra.Command, scratch bool, prepare, run func(*shell.Session) error) (err error) {
	if scratch && cmd.Flags().Changed("data-dir") {
		return usage(cmd, "--scratch and --data-dir name two databases")
	}
	if err := a.configure(cmd); err != nil {
		return err
	}
	o := a.options(cmd, a.config.DataDir)
	if scratch {
		remove, err := a.makeScratch(&o)
		if err != nil {
			return err
		}
		defer func() {
			if e := remove(); err == nil {
				err = e
			}
		}()
	}
	return a.session(o, a.shellEnv(o), prepare, run)
}

// session opens the database that o names and binds Lua to it: prepare, which may be nil,
// then the start-up scripts, then run. The database is closed before it returns.
func (a *app) session(o engine.Options, env shell.Env, prepare, run func(*shell.Session) error) (err error) {
	open := func(ctx context.Context) (*engine.DB, error) { return a.openDatabase(ctx, o) }
	db, err := open(a.ctx)
	if err != nil {
		return err
	}
	s := shell.New(env, db, open)
	defer func() {
		if e := s.Close(); err == nil || e != nil && succeeded(err) {
			err = e
		}
	}()
	if prepare != nil {
		if err := prepare(s); err != nil {
			return err
		}
	}
	for _, name := range a.config.Startup.Scripts {
		if _, err := s.RunFile(a.ctx, name, nil); err != nil {
			return err
		}
	}
	return run(s)
}

// succeeded reports whether err is os.exit(0), which must not hide that the database
// could not be closed.
func succeeded(err error) bool {
	var exit *lang.Exit
	return errors.As(err, &exit) && exit.Code == exitOK
}

// shellEnv returns the world for Lua, on a database that was opened with o. What a script prints is not buffered, so
// that it is seen when it is printed. math.random starts the same every time:
// the same script prints the same.
func (a *app) shellEnv(o engine.Options) shell.Env {
	return shell.Env{
		Stdin: a.stdin, Stdout: a.out.direct, Stderr: a.env.Stderr,
		StderrTTY: a.showProgress(), FS: a.env.FS, Open: a.env.Open, Now: a.env.Now,
		ModulePath: a.config.Scripts.Path, MemoryLimit: a.config.Shell.MemoryLimit,
		Database: o, Scratch: a.temporary, Sleep: a.env.Sleep, Topics: repl.Topics,
		Confirm: func(question string) error { return a.ask(a.needYes("not confirmed: "+question), question+". Go on?") },
	}
}

// showProgress reports whether to draw progress bars.
func (a *app) showProgress() bool { return a.env.StderrTTY && !a.flags.quiet }
