package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

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

	History lineedit.History // nil keeps none
	// Statement derives the context of one statement, which Ctrl-C cancels. Nil means
	// statements cannot be interrupted.
	Statement func(context.Context) (context.Context, context.CancelFunc)
}

// stoppable is a writer that writes no more once its context has ended, so that Ctrl-C
// stops a long result too.
type stoppable struct {
	ctx context.Context
	w   io.Writer
}

// Write is io.Writer.
func (s *stoppable) Write(p []byte) (n int, err error) {
	for piece := range slices.Chunk(p, stoppableBytes) {
		if err := s.ctx.Err(); err != nil {
			return n, err
		}
		written, err := s.w.Write(piece)
		n += written
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// stoppableBytes is the size of one write to a terminal, which takes its time.
const stoppableBytes = 4 << 10

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
		var action Action
		state, action = Step(state, line)
		if action.Text != "" {
			r.remember(action.Text)
		}
		switch action.Kind {
		case Quit:
			return nil
		case Fail:
			s.Syntax(action.Err, action.Text).Report(o.Errors)
		case Execute:
			if err := evaluate(ctx, s, action.Source, o); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// evaluate runs a statement and writes what came of it. Only os.exit is an error.
func evaluate(ctx context.Context, s *shell.Session, source string, o Options) error {
	if o.Statement != nil {
		var cancel context.CancelFunc
		ctx, cancel = o.Statement(ctx)
		defer cancel()
	}
	values, err := s.Eval(ctx, ChunkName, source)
	if ctx.Err() != nil && o.Terminal.Out != nil {
		fmt.Fprintln(o.Terminal.Out) // the terminal has shown ^C
	}
	var failure *shell.Failure
	switch {
	case errors.As(err, &failure):
		s.AtPrompt(failure, ChunkName, source).Report(o.Errors)
		return nil
	case err != nil:
		return err
	}
	if len(values) == 0 {
		return nil
	}
	s.Runtime().Session.RawSetString("_", values[0])
	options := o.Render
	if o.Width != nil {
		options.Width = o.Width()
	}
	o.beginLine()
	err = render.Results(&stoppable{ctx, o.Results}, values, options)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(o.Errors, dberr.New(dberr.ScriptInterrupted, "interrupted"))
	case err != nil:
		fmt.Fprintln(o.Errors, dberr.New(dberr.ScriptError, "the result cannot be shown as %s: %w", options.Mode, err))
	}
	return nil
}
