package lineedit

import (
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// patience is how long a test waits for what must come.
const patience = 60 * time.Second

// A person sits at a pseudo-terminal behind which an editor reads blocks.
type person struct {
	t       *testing.T
	master  *os.File
	screen  *emulator
	output  chan []byte
	results chan string // blocks, or errors in brackets
	resized func()
	blocks  int // that have come
}

// entries is a history in memory.
type entries struct{ list []string }

func (e *entries) Load() []string            { return slices.Clone(e.list) }
func (e *entries) Append(entry string) error { e.list = append(e.list, entry); return nil }

// sit opens an editor. A block goes on while it has more "do" than "end".
func sit(t *testing.T, columns, rows int, history *entries) *person {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Skip("no pseudo-terminal: ", err)
	}
	p := &person{t: t, master: master, screen: newEmulator(columns, rows), output: make(chan []byte), results: make(chan string, 1)}
	var before *term.State
	e, err := New(Config{
		In: tty, Out: tty, Size: p.screen.size, Resized: func(f func()) { p.resized = f }, History: history,
		Raw:    func() (err error) { before, err = term.MakeRaw(int(tty.Fd())); return err },
		Cooked: func() error { return term.Restore(int(tty.Fd()), before) },
		More:   func(text string) bool { return strings.Count(text, "do") > strings.Count(text, "end") },
		Complete: func(before string) (string, []string) {
			word := before[strings.LastIndexAny(before, " .")+1:]
			words := []string{"snapshot", "snapshots", "stats"}
			return word, slices.DeleteFunc(words, func(w string) bool { return !strings.HasPrefix(w, word) })
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	go p.watch()
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.serve(e)
	}()
	t.Cleanup(func() {
		p.types("\x03\x04")
		for open := true; open; { // its last words, so that it does not wait to say them
			select {
			case <-p.output:
			case <-p.results:
			case <-done:
				open = false
			}
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		tty.Close()
		master.Close()
	})
	p.sees("> |")
	return p
}

// watch hands on what the terminal is told.
func (p *person) watch() {
	for {
		buf := make([]byte, 4096)
		n, err := p.master.Read(buf)
		if err != nil {
			return
		}
		p.output <- buf[:n]
	}
}

// serve is the shell: it reads blocks until the end.
func (p *person) serve(e *Editor) {
	for {
		block, err := e.ReadBlock("> ", "- ")
		if err == nil {
			e.Remember(block)
			p.results <- block
			continue
		}
		p.results <- "[" + err.Error() + "]"
		if !errors.Is(err, ErrInterrupt) {
			return
		}
	}
}

func (p *person) types(keys string) {
	p.t.Helper()
	if _, err := io.WriteString(p.master, keys); err != nil {
		p.t.Fatal(err)
	}
}

// sees waits until the end of the screen is this; the cursor is |.
func (p *person) sees(want string) {
	p.t.Helper()
	deadline := time.After(patience)
	for !strings.HasSuffix("\n"+p.screen.screen(), "\n"+want+"\n") {
		select {
		case out := <-p.output:
			p.screen.Write(out)
		case <-deadline:
			p.t.Fatalf("the screen is\n%s\nwant\n%s", p.screen.screen(), want)
		}
	}
}

// gets waits for a block, and for the next prompt: what is typed before it is echoed by
// the terminal.
func (p *person) gets(want string) {
	p.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case out := <-p.output:
			p.screen.Write(out)
		case got := <-p.results:
			if got != want {
				p.t.Fatalf("got %.200q, want %.200q", got, want)
			}
			if p.blocks++; want != "[EOF]" {
				p.prompted(deadline)
			}
			return
		case <-deadline:
			p.t.Fatalf("no block; the screen is\n%s", p.screen.screen())
		}
	}
}

// prompted waits for the prompt after the blocks that have come.
func (p *person) prompted(deadline <-chan time.Time) {
	p.t.Helper()
	for strings.Count(p.screen.modes, "?2004h") <= p.blocks {
		select {
		case out := <-p.output:
			p.screen.Write(out)
		case <-deadline:
			p.t.Fatalf("no prompt; the screen is\n%s", p.screen.screen())
		}
	}
	p.sees("> |")
}
