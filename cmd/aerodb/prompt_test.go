package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// A prompt is an aerodb on a pseudo-terminal.
type prompt struct {
	*exec.Cmd
	terminal *os.File
	seen     bytes.Buffer
}

// openPrompt runs aerodb in dir.
func openPrompt(t *testing.T, dir string, args ...string) *prompt {
	t.Helper()
	p := &prompt{Cmd: exec.Command("aerodb", args...)}
	p.Dir = dir
	p.Env = append(os.Environ(), "HOME="+p.Dir, "XDG_STATE_HOME=", "AERODB_WAL_MAX_SIZE=64KiB", "AERODB_LOG_LEVEL=warn")
	terminal, err := pty.StartWithSize(p.Cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	p.terminal = terminal
	t.Cleanup(func() { terminal.Close() })
	return p
}

// expect reads until the terminal has shown text since the last expect.
func (p *prompt) expect(t *testing.T, text string) {
	t.Helper()
	buf := make([]byte, 4096)
	for {
		if i := strings.Index(p.seen.String(), text); i >= 0 {
			p.seen.Next(i + len(text))
			return
		}
		n, err := p.terminal.Read(buf)
		p.seen.Write(buf[:n])
		if err != nil {
			t.Fatalf("no %q: %v\nseen %q", text, err, p.seen.String())
		}
	}
}

// key types.
func (p *prompt) key(t *testing.T, keys string) {
	t.Helper()
	if _, err := p.terminal.WriteString(keys); err != nil {
		t.Fatal(err)
	}
}

// exit waits for the end and returns the exit code.
func (p *prompt) exit(t *testing.T) int {
	t.Helper()
	for buf := make([]byte, 4096); ; {
		if _, err := p.terminal.Read(buf); err != nil {
			break
		}
	}
	p.Wait()
	return p.ProcessState.ExitCode()
}

// Ctrl-C stops what runs and gives the prompt back, with the database as it
// should be; at the prompt it drops the line; Ctrl-D leaves.
func TestPromptInterrupt(t *testing.T) {
	p := openPrompt(t, newDatabase(t))
	p.expect(t, "aerodb> ")
	for _, statement := range []string{
		"print('rea' .. 'dy') while true do end\r",
		"while true do pcall(function() print('rea' .. 'dy') while true do end end) end\r",
		"print('rea' .. 'dy') string.find(('a'):rep(100), ('.-'):rep(30) .. 'b')\r",
		"print('rea' .. 'dy') io.read()\r",
	} {
		p.key(t, statement)
		p.expect(t, "ready")
		p.key(t, "\x03")
		p.expect(t, "AERO_SCRIPT_INTERRUPTED")
		p.expect(t, "aerodb> ")
	}
	p.key(t, "for x = 1, 3 do\r")
	p.expect(t, "-> ")
	p.key(t, "\x03")
	p.expect(t, "aerodb> ")
	p.key(t, "#storage.digest()\r")
	p.expect(t, "64")
	p.expect(t, "aerodb> ")
	p.key(t, "\x04")
	if code := p.exit(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// Where there is no place for the history, the prompt works without one, and the log says
// why.
func TestPromptWithoutHistory(t *testing.T) {
	dir := newDatabase(t)
	write(t, dir, ".local", "a file where the folder would be")
	p := openPrompt(t, dir, "--log-level", "debug")
	p.expect(t, "msg=history.unavailable ")
	p.expect(t, "aerodb> ")
	p.key(t, "print(6 * 7)\r")
	p.expect(t, "42")
	p.expect(t, "aerodb> ") // before it the terminal would take a Ctrl-D, and drop it
	p.key(t, "\x04")
	if code := p.exit(t); code != 0 {
		t.Errorf("exit code %d\n%s", code, p.seen.String())
	}
}

// A pasted block waits for Enter, runs as one, and is one entry of the history, also in
// the next session. The history is its owner's only.
func TestPromptPasteAndHistory(t *testing.T) {
	dir := newDatabase(t)
	p := openPrompt(t, dir)
	p.expect(t, "aerodb> ")
	p.key(t, "\x1b[200~for i = 1, 2 do\r\n\tprint('line ' .. i)\r\nend\r\n\x1b[201~")
	p.expect(t, "end")
	if i := strings.Index(p.seen.String(), "line 1"); i >= 0 {
		t.Error("the paste ran before Enter")
	}
	p.key(t, "\r")
	p.expect(t, "line 1\r\nline 2\r\n")
	p.expect(t, "aerodb> ")
	p.key(t, " secret = 1\r")
	p.expect(t, "aerodb> ")
	p.key(t, "\x04")
	if code := p.exit(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	name := filepath.Join(dir, ".local", "state", "aerodb", "history")
	text, err := os.ReadFile(name)
	if want := "for i = 1, 2 do\n\t    print('line ' .. i)\n\tend\n"; err != nil || string(text) != want {
		t.Errorf("the history is %q, %v; want %q", text, err, want)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	p = openPrompt(t, dir)
	p.expect(t, "aerodb> ")
	p.key(t, "\x1b[A")
	p.expect(t, "end")
	p.key(t, "\x1b[A\x1b[1~\x1b[4~ print('end') \r") // the first line stays where it is
	p.expect(t, "line 1\r\nline 2\r\nend\r\n")
	p.expect(t, "aerodb> ")
	p.key(t, "\x04")
	p.exit(t)
}

// Each statement of a paste shows what it returns, and an error is at the line of the paste.
func TestPromptPastedStatements(t *testing.T) {
	p := openPrompt(t, newDatabase(t))
	p.expect(t, "aerodb> ")
	p.key(t, "\x1b[200~1 + 1\r\n#storage.digest()\r\n\x1b[201~")
	p.expect(t, "#storage.digest()")
	p.key(t, "\r")
	p.expect(t, "2\r\n64\r\n")
	p.expect(t, "aerodb> ")
	p.key(t, "\x1b[200~x = 1\nnil + x\nprint('not ' .. 'reached')\x1b[201~\r")
	p.expect(t, "prompt:2: ")
	if text := p.until(t, "aerodb> "); strings.Contains(text, "not reached") {
		t.Errorf("the paste went on behind the error: %q", text)
	}
	p.key(t, "x\r")
	p.expect(t, "1\r\n")
	p.expect(t, "aerodb> ")
	p.key(t, "\x04")
	p.exit(t)
}

// What a statement has not ended its line after is not written over by the prompt.
func TestPromptBeginsALine(t *testing.T) {
	p := openPrompt(t, newDatabase(t))
	p.expect(t, "aerodb> ")
	p.key(t, "io.write('half a line')\r")
	p.expect(t, "half a line\r\ntrue\r\n\x1b[?2004haerodb> ")
	p.key(t, "do io.write('half a line') end\r")
	p.expect(t, "half a line\r\n\x1b[?2004haerodb> ")
	p.key(t, "\r")
	p.expect(t, "\r\n\x1b[?2004haerodb> ")
	p.key(t, "\x04")
	p.exit(t)
}

// The prompt says what state the database is in, when that matters.
func TestPromptTellsTheState(t *testing.T) {
	dir := newDatabase(t)
	p := openPrompt(t, dir, "--read-only")
	p.expect(t, "aerodb (read-only)> ")
	p.key(t, "\x04")
	p.exit(t)
	p = openPrompt(t, dir, "--scratch")
	p.expect(t, "aerodb (scratch)> ")
	p.key(t, "\x04")
	p.exit(t)
}

// SIGTERM ends the shell at its prompt, and closes the database.
func TestPromptTerminated(t *testing.T) {
	p := openPrompt(t, newDatabase(t))
	p.expect(t, "aerodb> ")
	p.Process.Signal(syscall.SIGTERM)
	if code := p.exit(t); code != 130 {
		t.Errorf("exit code %d", code)
	}
	if code, _, stderr := run(t, p.Dir, "stats"); code != 0 || strings.Contains(stderr, "WARN") {
		t.Errorf("after it: exit code %d\n%s", code, stderr)
	}
}

// The second Ctrl-C ends a call that does not come to a safe point.
func TestPromptSecondInterrupt(t *testing.T) {
	p := openPrompt(t, newDatabase(t))
	p.expect(t, "aerodb> ")
	p.key(t, "os.execute([[trap '' INT; printf rea; echo dy; exec sleep 60]])\r")
	p.expect(t, "ready")
	// Two signals may arrive as one, so it is pressed until the end. Each is echoed, also
	// when only what os.execute began has the terminal: it lives on where hang-ups are
	// ignored, as under nohup.
	ended := make(chan error, 1)
	go func() { ended <- p.Wait() }()
	for buf := make([]byte, 4096); len(ended) == 0; {
		if _, err := p.terminal.WriteString("\x03"); err != nil {
			break
		}
		if _, err := p.terminal.Read(buf); err != nil {
			break
		}
	}
	<-ended
	if code := p.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d", code)
	}
}

// A question is asked on a terminal, and only a yes is a yes.
func TestQuestion(t *testing.T) {
	dir := newDatabase(t)
	if code, _, stderr := run(t, dir, "eval", `db.define_schema{schema_id="x", schema_version="v1", fields={_id={type="string", required=true}}}`); code != 0 {
		t.Fatal(stderr)
	}
	name := filepath.Join(dir, "out.jsonl")
	for _, test := range []struct {
		answer, content string
		code            int
	}{{"n\r", "mine", 2}, {"\r", "mine", 2}, {"\x04", "mine", 2}, {"yes\r", "", 0}} {
		if err := os.WriteFile(name, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		p := openPrompt(t, dir, "export", "x", "v1", "out.jsonl")
		p.expect(t, "out.jsonl exists. Replace it? [y/N] ")
		p.key(t, test.answer)
		if code := p.exit(t); code != test.code {
			t.Errorf("answer %q: exit code %d", test.answer, code)
		}
		got, err := os.ReadFile(name)
		if err != nil || string(got) != test.content {
			t.Errorf("answer %q: the file holds %q, %v", test.answer, got, err)
		}
	}
}
