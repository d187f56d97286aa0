package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell"
	"github.com/aerodb/aerodb/shell/lineedit"
	"github.com/aerodb/aerodb/shell/render"
)

// Options say where the prompt reads and writes.
type Options struct {
	Prompt   string   // "aerodb> ", or with placeholders; see promptText
	Marks    []string // said in the prompt beside the state of the database: "scratch"
	Banner   string   // written once before the first prompt; see Banner
	Terminal Terminal

	Results io.Writer // what statements return
	// MidLine reports, once, whether what was written to the terminal has left its cursor
	// within a line. Nil is never.
	MidLine func() bool
	Errors  io.Writer
	// Render says how results are written; Width overrides its width, asked each time.
	Render render.Options
	Width  func() int
	Rows   func() int // of the terminal; nil, or 0, means 24

	Quiet bool // write results and errors only, not what a statement changed
	// Pager is the program that results longer than the screen go through. "" abridges
	// them; .all then pages with less. "off" does not.
	Pager string
	Page  func(program, text string) error // nil: there is no paging
	// Create makes the file of .once. It is refused if it is there, unless replace.
	Create func(name string, replace bool) (File, error)
	Now    func() time.Time // nil: .timing always says 0

	History lineedit.History // nil keeps none
	// Statement derives the context of one statement, which Ctrl-C cancels. Nil means
	// statements cannot be interrupted.
	Statement func(context.Context) (context.Context, context.CancelFunc)
}

// beginLine ends a line that a statement has begun on the terminal.
func (o *Options) beginLine() {
	if o.MidLine != nil && o.MidLine() {
		fmt.Fprintln(o.Terminal.Out)
	}
}

// errInterrupt is what a reader gives for Ctrl-C at the prompt.
var errInterrupt = errors.New("interrupt")

// reader is a source of lines: the terminal, or a test. The end is io.EOF.
type reader interface {
	readLine(prompt string) (string, error)
	remember(entry string)
	close() error
}

// Run reads and runs statements until Ctrl-D, exit, os.exit or the end of ctx. It
// returns *lang.Exit for os.exit, else nil, the context's error or the terminal's.
func Run(ctx context.Context, s *shell.Session, o Options) error {
	if o.Terminal.Out == nil {
		o.Terminal.Out = o.Errors
	}
	r, err := newTerminal(s, o)
	if err != nil {
		return dberr.New(dberr.StorageIOError, "the terminal: %w", err)
	}
	defer r.close()
	if o.Banner != "" {
		fmt.Fprintln(o.Terminal.Out, strings.TrimRight(o.Banner, "\n"))
	}
	return loop(ctx, s, r, o)
}

func loop(ctx context.Context, s *shell.Session, r reader, o Options) error {
	c := newConsole(s, o)
	defer c.dropOnce()
	var state State
	for ctx.Err() == nil {
		prompt := promptText(o.Prompt, s.DB(), o.Marks)
		if state.Pending() {
			prompt = Continuation(prompt)
		}
		o.beginLine()
		line, err := r.readLine(prompt)
		switch {
		case errors.Is(err, errInterrupt):
			state, _ = Reset(state)
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return dberr.New(dberr.StorageIOError, "the terminal: %w", err)
		}
		var actions []Action
		state, actions = Steps(state, line)
		if text := actions[0].Text; text != "" {
			r.remember(text)
		}
		err = c.run(ctx, actions)
		if errors.Is(err, errQuit) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// run takes actions one after the other, up to the first that fails.
func (c *console) run(ctx context.Context, actions []Action) (err error) {
	c.failed = false
	for _, action := range actions {
		switch action.Kind {
		case Quit:
			return errQuit
		case Fail:
			c.s.Syntax(action.Err, action.Text).Report(c.o.Errors)
		case Execute:
			err = c.evaluate(ctx, ChunkName, action.Source)
		case Command:
			err = c.command(ctx, action.Source)
		}
		if err != nil || c.failed {
			return err
		}
	}
	return nil
}
