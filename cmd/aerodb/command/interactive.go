package command

import (
	"context"
	"path/filepath"

	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/shell"
	"github.com/aerodb/aerodb/shell/lineedit"
	"github.com/aerodb/aerodb/shell/repl"
	"github.com/spf13/cobra"
)

// runRoot is aerodb without a command: -e CODE, the shell on a terminal, or the
// Lua that comes through a pipe, which prints what it returns, as -e does.
func (a *app) runRoot(cmd *cobra.Command, code string, scratch bool) error {
	if cmd.Flags().Changed("eval") {
		return a.eval(cmd, code, scratch)
	}
	return a.inSession(cmd, scratch, func(s *shell.Session) error {
		if a.env.StdinTTY {
			return a.prompt(s, scratch)
		}
		values, err := a.runStdin(s, nil)
		if err != nil {
			return err
		}
		return a.out.values(a.ctx, s, values)
	})
}

// prompt is the interactive shell. Prompt and echo go to the terminal itself,
// so that aerodb > out.txt works too.
func (a *app) prompt(s *shell.Session, scratch bool) error {
	o := repl.Options{
		Prompt: a.config.Shell.Prompt, Terminal: repl.Terminal{In: a.stdin, Size: a.env.Size},
		Results: a.out.direct, Errors: a.env.Stderr, Render: a.out.options(), Width: a.env.Width,
		History: a.history(), Statement: a.statement,
		Rows: a.rows, Quiet: a.flags.quiet, Pager: a.pager(), Page: a.env.Page, Now: a.env.Now,
		Create: a.createOnce,
	}
	if a.env.StdoutTTY {
		o.MidLine = func() bool { return a.out.guard.midLine.Swap(false) }
	}
	if scratch {
		o.Marks = []string{"scratch"}
	}
	if !a.flags.quiet {
		o.Banner = repl.Banner(readBuild().version, s.DB())
	}
	if tty, err := a.env.Terminal(); err == nil {
		defer tty.Close()
		o.Terminal.Out = tty
	}
	// At the prompt a Ctrl-C is a key, not a signal, unless it was typed just before. One
	// that comes as late as this, while the database is closed, must not say that the shell
	// was interrupted.
	ignore := func() {}
	a.interrupt.Store(&ignore)
	defer a.interrupt.Store(&ignore)
	o.Terminal.Interrupted = func(redraw func()) {
		// A terminal that is held with Ctrl-S takes nothing; a SIGTERM must not wait for it.
		soon := func() { go redraw() }
		a.interrupt.Store(&soon)
	}
	err := repl.Run(a.ctx, s, o)
	if cause := context.Cause(a.ctx); cause != nil {
		return cause
	}
	return err
}

// history returns where what is typed is kept, nil if there is no place.
func (a *app) history() lineedit.History {
	name := a.config.Shell.HistoryFile
	if name == "" {
		state := a.env.getenv("XDG_STATE_HOME")
		if !filepath.IsAbs(state) {
			state = "" // as the XDG specification says
		}
		if state == "" && a.env.getenv("HOME") != "" {
			state = filepath.Join(a.env.getenv("HOME"), ".local", "state")
		}
		if state == "" {
			return nil
		}
		name = filepath.Join(state, "aerodb", "history")
		if err := vfs.MkdirAll(a.env.FS, filepath.Dir(name)); err != nil {
			a.log.Debug("history.unavailable", "file", name, "error", err.Error())
			return nil
		}
	}
	return lineedit.FileHistory(name)
}
