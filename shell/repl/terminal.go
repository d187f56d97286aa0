package repl

import (
	"errors"
	"io"

	"github.com/chzyer/readline"

	"github.com/aerodb/aerodb/shell"
)

// Terminal is where keys come from and prompts go. The zero value is the process's own
// standard input and standard error.
type Terminal struct {
	In  io.ReadCloser
	Out io.Writer
	// Raw switches the terminal to reading single keys, Cooked back. Nil means standard
	// input's.
	Raw, Cooked func() error
}

func (t Terminal) out() io.Writer {
	if t.Out != nil {
		return t.Out
	}
	return readline.Stderr
}

// terminal is the reader of a person's lines.
type terminal struct {
	instance *readline.Instance
	history  History
}

func newTerminal(s *shell.Session, o Options) (*terminal, error) {
	config := &readline.Config{
		Prompt: o.Prompt, Stdin: o.Terminal.In,
		Stdout: o.Terminal.out(), Stderr: o.Terminal.out(),
		FuncMakeRaw: o.Terminal.Raw, FuncExitRaw: o.Terminal.Cooked,
		ForceUseInteractive:    true,
		DisableAutoSaveHistory: true,
		HistoryLimit:           historyMax,
		HistorySearchFold:      true,
		InterruptPrompt:        "^C",
		EOFPrompt:              "\n",
		AutoComplete:           &completer{s},
	}
	if o.Width != nil {
		config.FuncGetWidth = o.Width
	}
	instance, err := readline.NewEx(config)
	if err != nil {
		return nil, err
	}
	t := &terminal{instance: instance, history: o.History}
	if o.History != nil {
		for _, entry := range o.History.Load() {
			_ = instance.SaveHistory(entry) // kept in memory, so it cannot fail
		}
	}
	return t, nil
}

func (t *terminal) readLine(prompt string) (string, error) {
	t.instance.SetPrompt(prompt)
	line, err := t.instance.Readline()
	if errors.Is(err, readline.ErrInterrupt) {
		return "", errInterrupt
	}
	return line, err
}

// remember adds to the history. A history that cannot be written is no reason to stop.
func (t *terminal) remember(entry string) {
	_ = t.instance.SaveHistory(entry)
	if t.history != nil {
		_ = t.history.Append(entry)
	}
}

func (t *terminal) close() error { return t.instance.Close() }

// completer adapts Complete to the library.
type completer struct{ s *shell.Session }

// Do returns what may follow the word before the cursor, and the word's length.
func (c *completer) Do(line []rune, pos int) ([][]rune, int) {
	word, candidates := Complete(c.s, string(line[:pos]))
	var rest [][]rune
	for _, candidate := range candidates {
		rest = append(rest, []rune(candidate[len(word):]))
	}
	return rest, len([]rune(word))
}
