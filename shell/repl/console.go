package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell"
	"github.com/aerodb/aerodb/shell/render"
)

// console runs statements and shows what came of them. Dot-commands change its settings.
type console struct {
	s *shell.Session
	o Options

	mode    render.Mode
	timing  bool
	pager   string // the program that long results go through; "" abridges them
	page    bool   // whether .all may page
	once    File   // where the next statement writes; nil is the screen
	onceIs  string // its name
	last    []lua.LValue
	hasLast bool
	failed  bool // the action that runs has
}

func newConsole(s *shell.Session, o Options) *console {
	c := &console{s: s, o: o, mode: o.Render.Mode, pager: o.Pager, page: true}
	if c.mode == "" {
		c.mode = render.Auto
	}
	if o.Pager == pagerOff {
		c.pager, c.page = "", false
	}
	s.Changes() // those of start-up scripts are nothing to report
	return c
}

// Sizes of a screen that does not tell its own.
const (
	widthDefault = 80
	rowsDefault  = 24
)

func (c *console) width() int {
	if c.o.Width != nil {
		if width := c.o.Width(); width > 0 {
			return width
		}
	}
	if c.o.Render.Width > 0 {
		return c.o.Render.Width
	}
	return widthDefault
}

// rows are the rows of the screen less the one where the prompt comes back.
func (c *console) rows() int {
	if c.o.Rows != nil {
		if rows := c.o.Rows(); rows > 0 {
			return max(rows-1, 1)
		}
	}
	return rowsDefault - 1
}

// note says something that is not a result, unless only results are wanted.
func (c *console) note(format string, args ...any) {
	if !c.o.Quiet {
		fmt.Fprintf(c.o.Errors, format+"\n", args...)
	}
}

// fail reports an error of the prompt itself.
func (c *console) fail(err *dberr.Error) {
	c.failed = true
	fmt.Fprintln(c.o.Errors, render.Harmless(err.Error()))
	if hint := err.Advice(); hint != "" {
		fmt.Fprintf(c.o.Errors, "hint: %s\n", render.Harmless(hint))
	}
}

// statement derives the context of what runs now.
func (c *console) statement(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.o.Statement == nil {
		return ctx, func() {}
	}
	return c.o.Statement(ctx)
}

// evaluate runs a chunk and shows what came of it: its results, then what it has written
// and how long it took. Only os.exit is an error.
func (c *console) evaluate(ctx context.Context, name, source string) error {
	out, closeOut := c.target()
	statement, done := c.statement(ctx)
	began := c.now()
	values, err := c.s.Eval(statement, name, source)
	took := c.now().Sub(began)
	if statement.Err() != nil && c.o.Terminal.Out != nil {
		fmt.Fprintln(c.o.Terminal.Out) // the terminal has shown ^C
	}
	var failure *shell.Failure
	shown := false
	switch {
	case errors.As(err, &failure):
		c.failed = true
		done()
		c.s.AtPrompt(failure, ChunkName, source).Report(c.o.Errors)
	case err != nil:
		done()
		closeOut(false)
		return err
	default:
		c.keep(values)
		shown = c.show(ctx, statement, done, out, values)
	}
	closeOut(shown)
	for _, line := range c.s.Changes() {
		c.note("%s", line)
	}
	if c.timing {
		c.note("time: %v", took.Round(time.Microsecond))
	}
	return nil
}

func (c *console) now() time.Time {
	if c.o.Now == nil {
		return time.Time{}
	}
	return c.o.Now()
}

// keep makes values the last result.
func (c *console) keep(values []lua.LValue) {
	if len(values) == 0 {
		return
	}
	c.last, c.hasLast = values, true
	c.s.Runtime().Session.RawSetString("_", values[0])
}

// show writes results to a file, through the pager, or on the screen, and reports whether
// it could. Ctrl-C stops it; done ends the statement, after which Ctrl-C is the pager's.
func (c *console) show(ctx, statement context.Context, done func(), out io.Writer, values []lua.LValue) bool {
	if len(values) > 0 {
		c.o.beginLine()
	}
	if len(values) > 0 && c.screen() && c.pager != "" {
		c.showPaged(ctx, statement, done, values, c.pager, c.rows())
		return true
	}
	defer done()
	return len(values) == 0 || c.write(statement, out, values, c.options(c.rows()))
}

// showPaged shows all of values through the program if they are longer than the screen.
// A program that fails loses nothing: they are then written, abridged to rows.
func (c *console) showPaged(ctx, statement context.Context, done func(), values []lua.LValue, program string, rows int) {
	var text strings.Builder
	rendered := c.render(statement, &text, values, c.options(0))
	if !rendered || c.o.Page == nil || !render.Exceeds(text.String(), c.width(), c.rows()) {
		if rendered {
			c.copy(statement, c.o.Results, text.String())
		}
		done()
		return
	}
	done()
	if err := c.o.Page(program, text.String()); err != nil {
		c.note("the pager %q does not work: %v", program, err)
		again, done := c.statement(ctx)
		defer done()
		c.write(again, c.o.Results, values, c.options(rows))
	}
}

// screen reports whether results go to a person's screen now.
func (c *console) screen() bool { return c.once == nil && c.o.Render.Terminal }

// options say how results are written now; rows bounds them on a screen.
func (c *console) options(rows int) render.Options {
	o := c.o.Render
	o.Mode, o.Name = c.mode, c.s.Name
	o.Width = c.width()
	if c.screen() {
		o.Rows, o.Rest = rows, ".all shows everything"
	} else {
		o.Terminal, o.Color, o.Width = false, false, widthDefault
	}
	return o
}

// write renders values and writes them.
func (c *console) write(ctx context.Context, out io.Writer, values []lua.LValue, o render.Options) bool {
	var text strings.Builder
	return c.render(ctx, &text, values, o) && c.copy(ctx, out, text.String())
}

// render reports whether values could be rendered, and says why not. Ctrl-C stops it.
func (c *console) render(ctx context.Context, w io.Writer, values []lua.LValue, o render.Options) bool {
	o.Stop = func() bool { return ctx.Err() != nil }
	err := render.Results(w, values, o)
	switch {
	case errors.Is(err, render.ErrStopped):
		c.interrupted()
	case err != nil:
		c.fail(dberr.New(dberr.ScriptError, "the result cannot be shown as %s: %w", o.Mode, err).
			WithHint("it is in _ all the same; .mode auto shows anything"))
	}
	return err == nil
}

// interrupted says that a result is not shown to its end.
func (c *console) interrupted() {
	c.failed = true
	fmt.Fprintf(c.o.Errors, "\n%v\n", dberr.New(dberr.ScriptInterrupted, "the result was interrupted"))
}

// copy writes text piece by piece, so that Ctrl-C stops a long one.
func (c *console) copy(ctx context.Context, out io.Writer, text string) bool {
	const pieceBytes = 4 << 10
	for piece := range slices.Chunk([]byte(text), pieceBytes) {
		if ctx.Err() != nil {
			c.interrupted()
			return false
		}
		if _, err := out.Write(piece); err != nil {
			c.fail(dberr.New(dberr.StorageIOError, "the result cannot be written: %w", err))
			return false
		}
	}
	return true
}
