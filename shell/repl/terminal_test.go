package repl

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/term"

	"github.com/aerodb/aerodb/shell/render"
)

// person sits at the other end of a pseudo-terminal.
type person struct {
	t    *testing.T
	pty  *os.File
	seen bytes.Buffer
}

// expect reads until the screen shows text after what was expected before.
func (p *person) expect(text string) {
	p.t.Helper()
	buf := make([]byte, 4096)
	for {
		if i := bytes.Index(p.seen.Bytes(), []byte(text)); i >= 0 {
			p.seen.Next(i + len(text))
			return
		}
		n, err := p.pty.Read(buf)
		if err != nil {
			p.t.Fatalf("waiting for %q: %v; the screen shows %q", text, err, p.seen.String())
		}
		p.seen.Write(buf[:n])
	}
}

func (p *person) types(keys string) {
	p.t.Helper()
	if _, err := p.pty.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

// TestTerminal types at a real prompt: a result, a statement over three lines, Ctrl-C
// in the middle of a line and of a statement, completion, and Ctrl-D.
func TestTerminal(t *testing.T) {
	master, tty, err := pty.Open()
	if err != nil {
		t.Skip("no pseudo-terminal: ", err)
	}
	defer master.Close()
	defer tty.Close()
	var before *term.State
	s := newSession(t, tty)
	done := make(chan error, 1)
	go func() {
		done <- Run(context.Background(), s, Options{
			Prompt: "aerodb> ", Banner: Banner("1.2.3", s.DB()),
			Terminal: Terminal{In: tty, Out: tty,
				Raw:    func() (err error) { before, err = term.MakeRaw(int(tty.Fd())); return err },
				Cooked: func() error { return term.Restore(int(tty.Fd()), before) },
			},
			Results: tty, Errors: tty, Width: func() int { return 80 },
			Render: render.Options{Mode: render.Auto, Terminal: true},
		})
	}()
	p := &person{t: t, pty: master}
	p.expect("AeroDB 1.2.3 at ")
	p.expect(": 0 documents, sequence 0")
	p.expect("aerodb> ")
	p.types("6 * 7\r")
	p.expect("\n42")
	p.expect("aerodb> ")
	p.types("for i = 1, 2 do\r")
	p.expect("     -> ")
	p.types("print('line ' .. i)\r")
	p.expect("     -> ")
	p.types("end\r")
	p.expect("line 1")
	p.expect("line 2")
	p.expect("aerodb> ")
	p.types("not finish\x03")
	p.expect("aerodb> ")
	p.types("f(\r")
	p.expect("     -> ")
	p.types("\x03")
	p.expect("aerodb> ")
	p.types("type(storage.rem\t)\r")
	p.expect("remove_snapshot")
	p.expect("\nfunction")
	p.expect("aerodb> ")
	p.types("\x04")
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestBannerTellsOfRecovery(t *testing.T) {
	s := newSession(t, &bytes.Buffer{})
	text := Banner("dev", s.DB())
	if !strings.HasPrefix(text, "AeroDB dev at "+s.DB().Dir()+": 0 documents, sequence 0\n") || strings.Contains(text, "torn") {
		t.Errorf("banner:\n%s", text)
	}
}
