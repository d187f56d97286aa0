package lineedit

import (
	"errors"
	"io"

	"github.com/chzyer/readline"
)

// Config says where an editor reads and writes, and what it asks.
type Config struct {
	In  io.Reader // keys; nil is standard input. It is read byte by byte
	Out io.Writer // the screen; nil is standard error

	// Raw switches the terminal to single keys, Cooked back. Nil is standard input's.
	Raw, Cooked func() error
	// Size returns the terminal's columns and rows; not positive if it does not know.
	// Nil asks standard input.
	Size func() (columns, rows int)
	// Resized registers what is to be called after the size has changed. Nil waits for
	// the signal.
	Resized func(func())
	// Interrupted registers what is to be called when the terminal made a signal of a
	// Ctrl-C that was typed before Raw. It has then dropped what was written, which may be
	// the prompt. Nil is never.
	Interrupted func(func())

	// More reports whether a block goes on, so that Enter begins another line. Nil is
	// never.
	More func(text string) bool
	// Complete returns the word that ends at the cursor and what it may become. Nil
	// knows none.
	Complete func(before string) (word string, candidates []string)

	History History // nil keeps none
}

// ErrInterrupt is what ReadBlock returns for Ctrl-C.
var ErrInterrupt = errors.New("interrupt")

// An Editor reads blocks. It is not safe for concurrent use.
type Editor struct {
	config   Config
	terminal *readline.Terminal
	keys     *decoder
	buf      buffer
	screen   *screen
	recall   recall
	search   search

	prompt, continuation string
	below                []string // until the next key
	entered              bool     // pastes are bracketed
}

// New returns an editor. Close ends it.
func New(c Config) (*Editor, error) {
	if c.In == nil {
		c.In = readline.Stdin
	}
	if c.Out == nil {
		c.Out = readline.Stderr
	}
	if c.Size == nil {
		c.Size = func() (columns, rows int) {
			columns, rows, _ = readline.GetSize(readline.GetStdin())
			return columns, rows
		}
	}
	if c.Resized == nil {
		c.Resized = readline.DefaultOnWidthChanged
	}
	e := &Editor{config: c, keys: &decoder{in: c.In}, screen: &screen{out: c.Out, size: c.Size}}
	config := &readline.Config{
		Stdin: io.NopCloser(e.keys), Stdout: c.Out, Stderr: c.Out,
		FuncMakeRaw: c.Raw, FuncExitRaw: c.Cooked,
		FuncGetWidth:   func() int { return 0 },
		FuncIsTerminal: func() bool { return false }, // so that the buffer draws nothing
	}
	var err error
	if e.terminal, err = readline.NewTerminal(config); err != nil {
		return nil, err
	}
	e.buf = buffer{readline.NewRuneBuffer(e.terminal, "", config, 0)}
	if c.History != nil {
		e.recall.entries = c.History.Load()
	}
	c.Resized(e.screen.resized)
	if c.Interrupted != nil {
		c.Interrupted(func() { e.screen.redraw(pasteOn) })
	}
	return e, nil
}

// Close ends the editor and leaves the terminal as it was.
func (e *Editor) Close() error { return e.terminal.Close() }

// Remember puts a block into the history, unless it begins with a blank or is the same
// as the last.
func (e *Editor) Remember(block string) error {
	if !e.recall.add(block) || e.config.History == nil {
		return nil
	}
	return e.config.History.Append(block)
}

// ReadBlock shows the prompt, the other one before each further line, and reads a block
// until Enter, which is not part of it. The error is ErrInterrupt for Ctrl-C, io.EOF for
// Ctrl-D on an empty block or the end of the input, else the input's.
func (e *Editor) ReadBlock(prompt, continuation string) (block string, err error) {
	e.prompt, e.continuation = prompt, continuation
	e.buf.replace("")
	e.recall.begin()
	e.search.on = false
	e.below = nil
	if err := e.enter(); err != nil {
		return "", err
	}
	defer e.leave()
	e.terminal.KickRead()
	for {
		e.show()
		key := e.terminal.ReadRune()
		if key == 0 {
			e.finish("")
			return "", e.keys.failure()
		}
		done, err := e.press(key)
		if done || err != nil {
			return e.buf.text(), err
		}
		switch key {
		case enter, ctrlJ, ctrlC, ctrlD: // readline waits after these
			e.terminal.KickRead()
		}
	}
}

// enter takes the terminal over, leave gives it back, whatever happened between.
func (e *Editor) enter() error {
	if err := e.terminal.EnterRawMode(); err != nil {
		return err
	}
	e.entered = true
	_, err := io.WriteString(e.config.Out, pasteOn)
	return err
}

func (e *Editor) leave() {
	if e.entered {
		io.WriteString(e.config.Out, pasteOff)
	}
	e.entered = false
	e.terminal.ExitRawMode()
}

// finish ends the block on the screen. What comes next begins the line.
func (e *Editor) finish(mark string) {
	e.screen.finish(mark, pasteOff)
	e.entered = false
}

// show draws the block.
func (e *Editor) show() {
	text, pos := e.buf.at()
	p := picture{e.prompt, e.continuation, text, pos, e.below}
	if e.search.on {
		p.below = []string{e.search.status()}
	}
	e.screen.show(p)
}

func (e *Editor) bell() { io.WriteString(e.config.Out, "\a") }
