package command

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
)

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 70<<10) // longer than the reader's buffer
	text := "a\n\r\nb\r\n" + long + "\n12345\n123456\n1234\r\nlast"
	for name, r := range map[string]io.Reader{
		"whole": strings.NewReader(text), "bytes": iotest.OneByteReader(strings.NewReader(text)),
	} {
		in := newLines(r, 5)
		for _, want := range []string{"a", "", "b", "!", "12345", "!", "1234", "last"} {
			line, tooLong, err := in.next()
			got := string(line)
			if tooLong {
				got = "!"
			}
			if err != nil || got != want {
				t.Fatalf("%s: %q, %v; want %q", name, got, err, want)
			}
			if len(in.buf) > 100 {
				t.Fatalf("%s: a long line was kept", name)
			}
		}
		if _, _, err := in.next(); err != io.EOF {
			t.Errorf("%s: after the last line: %v", name, err)
		}
	}
	in := newLines(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("ab"))), 5)
	if _, _, err := in.next(); err != iotest.ErrTimeout {
		t.Errorf("a failing read gives %v", err)
	}
}

func TestLinesWaits(t *testing.T) {
	in := newLines(strings.NewReader("a\nb\nc"), 5)
	for i, want := range []bool{true, false, true} {
		if got := in.waits(); got != want {
			t.Errorf("before line %d: waits() = %v", i+1, got)
		}
		if _, _, err := in.next(); err != nil {
			t.Fatal(err)
		}
	}
}

// A read of standard input that waits for ever ends with the context.
func TestInputEndsWithTheContext(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	a := &app{env: &Env{Signals: make(chan Signal)}}
	defer a.watch()()
	in := &input{ctx: a.ctx, r: r}
	go w.Write([]byte("abc"))
	got := make([]byte, 3)
	if _, err := io.ReadFull(in, got); string(got) != "abc" || err != nil {
		t.Fatalf("read %q, %v", got, err)
	}
	a.cancel(errSignal)
	if _, err := in.Read(got); err != errSignal {
		t.Errorf("after the signal: %v", err)
	}
}

func TestInput(t *testing.T) {
	text := strings.Repeat("0123456789", 20000)
	a := &app{env: &Env{Signals: make(chan Signal)}}
	defer a.watch()()
	if err := iotest.TestReader(&input{ctx: a.ctx, r: strings.NewReader(text)}, []byte(text)); err != nil {
		t.Error(err)
	}
}

// A reader that goes away stops the work and is no error to report.
func TestOutputReaderGone(t *testing.T) {
	a := &app{env: &Env{Signals: make(chan Signal), Stdout: brokenPipe{}}}
	defer a.watch()()
	out := newOutput(a)
	out.WriteString("result\n")
	if err := out.flush(); !errors.Is(err, errClosed) || !out.closed() || a.ctx.Err() == nil {
		t.Errorf("flush() = %v, closed %v, context %v", err, out.closed(), a.ctx.Err())
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, syscall.EPIPE }

// The second signal ends the process at once.
func TestSecondSignal(t *testing.T) {
	signals, exited := make(chan Signal), make(chan int)
	a := &app{env: &Env{Signals: signals, Exit: func(code int) { exited <- code }}}
	defer a.watch()()
	signals <- Terminate
	<-a.ctx.Done()
	signals <- Interrupt
	if code := <-exited; code != 130 {
		t.Errorf("exit code %d", code)
	}
}

// A signal that comes when the command is over does not change how it ended.
func TestLateSignal(t *testing.T) {
	a := &app{env: &Env{Signals: make(chan Signal), Exit: func(code int) { t.Errorf("exit code %d", code) }}}
	stop := a.watch()
	stop()
	a.signalled(Interrupt)
	a.signalled(Terminate)
	if err := context.Cause(a.ctx); err != context.Canceled {
		t.Errorf("the context ended with %v", err)
	}
}

// A panic is a bug: it has a code, and not the exit code of wrong usage.
func TestPanicIsABug(t *testing.T) {
	var stderr strings.Builder
	code := Main(&Env{
		Args: []string{"stats"}, Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &stderr,
		Signals: make(chan Signal), Open: func(string) (fs.File, error) { panic("oh") },
	})
	if code != exitFailed || !strings.HasPrefix(stderr.String(), "aerodb: AERO_INTERNAL_INVARIANT: oh\n") {
		t.Errorf("exit code %d\n%s", code, stderr.String())
	}
}
