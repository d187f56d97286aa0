package command

import (
	"io"
	"slices"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/spf13/cobra"
)

// statsFlags are the flags of `aerodb stats`.
type statsFlags struct {
	watch  bool
	format string
}

// watchInterval is how often --watch looks if no interval is given.
const watchInterval = 2 * time.Second

// openMetrics is the other format that stats are printed in.
const openMetrics = "openmetrics"

// statsCommand returns `aerodb stats`.
func statsCommand(a *app) *cobra.Command {
	var flags statsFlags
	cmd := &cobra.Command{
		Use:   "stats [INTERVAL]",
		Short: "counts, sizes, times and the digest",
		Long: "Prints what storage.stats() returns: documents, sizes, how full the log is,\n" +
			"the last checkpoint, backup, drill and verification, what this open had to\n" +
			"recover, the digest, and the same by collection and index. It walks no data.\n" +
			"On a terminal it is a page with bars for what has a bound and a line for what\n" +
			"has a history.\n\n" +
			"--watch looks again every INTERVAL (2s) until Ctrl-C. --format openmetrics\n" +
			"prints metrics for a textfile collector. Both look beside a process that has\n" +
			"the database open, and change nothing.",
		Example: "aerodb stats --output-format json",
		Args:    parameters("[INTERVAL]"),
	}
	cmd.Flags().BoolVar(&flags.watch, "watch", false, "look again every INTERVAL, until Ctrl-C; needs a terminal")
	cmd.Flags().StringVar(&flags.format, "format", "", "print metrics as `FORMAT`: openmetrics")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return a.stats(cmd, args, flags) }
	return cmd
}

func (a *app) stats(cmd *cobra.Command, args []string, flags statsFlags) error {
	interval, err := a.statsInterval(cmd, args, flags)
	if err != nil {
		return err
	}
	if flags.watch || flags.format != "" {
		if err := a.configure(cmd); err != nil {
			return err
		}
		o := a.options(cmd, a.config.DataDir)
		o.ReplayProgress = nil
		w := engine.NewWatcher(o)
		defer w.Close()
		if flags.watch {
			return a.watchStats(w, interval)
		}
		look, err := a.lookBeside(w)
		if err == nil {
			writeOpenMetrics(a.out, look)
		}
		return err
	}
	return a.opened(func(db *engine.DB, _ []string) error {
		look, err := newLook(db)
		if err != nil {
			return err
		}
		v := look.stats.Value()
		return a.out.result(v, func(w io.Writer) {
			if a.out.terminal {
				a.statsPage(look, true).write(w)
				return
			}
			writeMembers(w, v, "")
		})
	})(cmd, args)
}

// statsInterval returns how often --watch looks, or what is wrong with the command line.
func (a *app) statsInterval(cmd *cobra.Command, args []string, flags statsFlags) (time.Duration, error) {
	switch {
	case flags.format != "" && flags.format != openMetrics:
		return 0, usage(cmd, "--format is %q; it may be %s (for JSON: --output-format json)", flags.format, openMetrics)
	case flags.watch && flags.format != "":
		return 0, usage(cmd, "--watch shows a page; it has no --format")
	case flags.watch && !a.env.StdoutTTY:
		return 0, usage(cmd, "--watch needs a terminal; call aerodb stats once for each look")
	case len(args) > 0 && !flags.watch:
		return 0, usage(cmd, "%s does not know what to do with %q; an interval is for --watch", cmd.CommandPath(), args[0])
	case len(args) == 0:
		return watchInterval, nil
	}
	interval, err := parseSpan(args[0])
	if err != nil || interval <= 0 {
		return 0, usage(cmd, "INTERVAL is %q; it is written like 2s or 500ms", args[0])
	}
	return interval, nil
}

// A look is what stats are shown of.
type look struct {
	identity engine.Identity
	stats    engine.Stats
	history  []engine.HistoryEntry // of this database, oldest first
}

func newLook(db *engine.DB) (look, error) {
	s, err := db.Stats()
	if err != nil {
		return look{}, err
	}
	history, _ := db.History() // Stats has logged what is wrong with it
	id := db.Identity()
	history = slices.DeleteFunc(history, func(e engine.HistoryEntry) bool { return !e.OK || e.UUID != id.UUID })
	return look{id, s, history}, nil
}

// lookBeside looks at a database that another process may have open.
func (a *app) lookBeside(w *engine.Watcher) (look, error) {
	db, err := w.Look(a.ctx)
	if err != nil {
		return look{}, err
	}
	return newLook(db)
}

// cut keeps a line to the width of the terminal, where one that wraps would push the page
// down; 0 is no width.
func cut(line string, width int) string {
	if runes := []rune(line); width > 0 && len(runes) > width {
		return string(runes[:width])
	}
	return line
}

// watchStats shows the page again and again. A look that fails, as it may while another
// process makes a checkpoint, is shown in its place.
func (a *app) watchStats(w *engine.Watcher, interval time.Duration) error {
	const home, wipeLine, wipeRest = "\x1b[H", "\x1b[K\n", "\x1b[J"
	if _, err := a.lookBeside(w); err != nil {
		return err // no database, no page
	}
	a.out.WriteString("\x1b[2J")
	for {
		l, err := a.lookBeside(w)
		p := a.statsPage(l, false)
		if err != nil {
			p = page{"aerodb: " + err.Error()}
		}
		a.out.WriteString(home)
		for _, line := range p.fit(a.rows()) {
			a.out.WriteString(cut(line, a.env.Width()) + wipeLine)
		}
		a.out.WriteString(wipeRest)
		if err := a.out.flush(); err != nil {
			return err
		}
		timer := time.NewTimer(interval)
		select {
		case <-timer.C:
		case <-a.ctx.Done():
			timer.Stop()
			return answered(exitInterrupted)
		}
	}
}
