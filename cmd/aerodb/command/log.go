package command

import (
	"context"
	"io"
	"log/slog"

	"github.com/aerodb/aerodb/config"
	"github.com/aerodb/aerodb/engine/dberr"
)

// openLog makes the log that the configuration describes.
func (a *app) openLog() error {
	w, terminal := a.env.Stderr, a.env.StderrTTY
	if name := a.config.Log.File; name != "" {
		f, err := a.env.Append(name)
		if err != nil {
			return dberr.New(dberr.ConfigIOFailed, "the log file cannot be opened: %w", err).In(name)
		}
		a.closers = append(a.closers, f.Close)
		w, terminal = f, false
	}
	handler := a.handler(w, terminal)
	if a.config.Log.File == "" {
		handler = unreturned{handler}
	}
	a.log = slog.New(handler)
	for i := range config.Keys {
		name := config.Keys[i].Name
		if a.config.Given(name) && a.log.Enabled(a.ctx, slog.LevelDebug) {
			a.log.Debug("configuration", "key", name, "from", a.config.Source(name).String())
		}
	}
	return nil
}

// An unreturned handler passes over the events that tell of an error which is returned
// too: beside the command's own report, on standard error, they would say it twice.
type unreturned struct{ slog.Handler }

// Handle implements slog.Handler.
func (u unreturned) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "recovery.failed" || r.Message == "damage.found" {
		return nil
	}
	return u.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (u unreturned) WithAttrs(attrs []slog.Attr) slog.Handler {
	return unreturned{u.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (u unreturned) WithGroup(name string) slog.Handler { return unreturned{u.Handler.WithGroup(name)} }

// handler returns the log's handler. --quiet leaves errors.
func (a *app) handler(w io.Writer, terminal bool) slog.Handler {
	var level slog.Level
	if err := level.UnmarshalText([]byte(a.config.Log.Level)); err != nil {
		panic("command: config allows a level that slog does not know: " + err.Error())
	}
	if a.flags.quiet {
		level = max(level, slog.LevelError)
	}
	options := &slog.HandlerOptions{Level: level}
	if a.logJSON() {
		return slog.NewJSONHandler(w, options)
	}
	if terminal {
		w = overBar{w}
		// A person reading along knows what time it is.
		options.ReplaceAttr = func(groups []string, attr slog.Attr) slog.Attr {
			if len(groups) == 0 && attr.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return attr
		}
	}
	return slog.NewTextHandler(w, options)
}

// logJSON reports whether log lines are JSON. Beside results that are JSON they are too,
// unless log.format says otherwise: then a program can read all of standard error.
func (a *app) logJSON() bool {
	unsaid := !a.config.Given("log.format")
	return a.config.Log.Format == "json" || unsaid && a.config.Shell.OutputFormat == "json" && a.config.Log.File == ""
}

// overBar writes log lines to a terminal where a progress bar may stand: the bar
// is wiped, and draws itself again below the line.
type overBar struct{ w io.Writer }

// Write is io.Writer; slog writes a whole line at once.
func (o overBar) Write(line []byte) (int, error) {
	const wipe = "\r\x1b[K"
	if _, err := io.WriteString(o.w, wipe+string(line)); err != nil {
		return 0, err
	}
	return len(line), nil
}
