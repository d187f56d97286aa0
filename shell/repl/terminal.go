package repl

import (
	"errors"
	"io"

	"github.com/aerodb/aerodb/shell"
	"github.com/aerodb/aerodb/shell/lineedit"
)

// Terminal is where keys come from and prompts go. The zero value is the process's own
// standard input and Options.Errors.
type Terminal struct {
	In  io.Reader // read byte by byte
	Out io.Writer
	// Raw switches the terminal to reading single keys, Cooked back. Nil means standard
	// input's.
	Raw, Cooked func() error
	// Size returns columns and rows. Nil asks standard input.
	Size func() (columns, rows int)
	// Interrupted registers what is to be called at a SIGINT while no statement runs. Nil
	// is never.
	Interrupted func(func())
}

// terminal is the reader of a person's blocks.
type terminal struct{ *lineedit.Editor }

func newTerminal(s *shell.Session, o Options) (*terminal, error) {
	editor, err := lineedit.New(lineedit.Config{
		In: o.Terminal.In, Out: o.Terminal.Out, Raw: o.Terminal.Raw, Cooked: o.Terminal.Cooked, Size: o.Terminal.Size,
		Interrupted: o.Terminal.Interrupted,
		More: func(text string) bool {
			next, _ := Steps(State{}, text)
			return next.Pending()
		},
		Complete: func(before string) (string, []string) { return Complete(s, before) },
		History:  o.History,
	})
	if err != nil {
		return nil, err
	}
	return &terminal{editor}, nil
}

func (t *terminal) readLine(prompt string) (string, error) {
	block, err := t.ReadBlock(prompt, Continuation(prompt))
	if errors.Is(err, lineedit.ErrInterrupt) {
		return "", errInterrupt
	}
	return block, err
}

// remember adds to the history. A history that cannot be written is no reason to stop.
func (t *terminal) remember(entry string) { _ = t.Remember(entry) }

func (t *terminal) close() error { return t.Close() }
