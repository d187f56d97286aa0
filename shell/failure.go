package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell/lang"
	"github.com/aerodb/aerodb/shell/render"
)

// Failure is the error that ended a chunk, with the place where it happened.
type Failure struct {
	Err       *dberr.Error
	Name      string   // the chunk; "" if the place is not known
	Line      int      // from 1
	Column    int      // from 1, of a syntax error; 0 if not known
	Source    string   // the line's text
	Traceback []string // innermost first: "tour.lua:8: in function 'load'"
	AtEOF     bool     // a syntax error at the end: more input may complete the chunk
}

// Error returns one line: code and message.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the coded error.
func (f *Failure) Unwrap() error { return f.Err }

// fail turns what ended a chunk into a *Failure.
func (s *Session) fail(ctx context.Context, err error) *Failure {
	f := &Failure{}
	var syntax *lang.SyntaxError
	var memory *lang.MemoryError
	var api *lua.ApiError
	switch {
	case errors.As(err, &syntax):
		f.Err = dberr.New(dberr.ScriptError, "%s", syntax.Error()).WithHint("correct the line; nothing of the chunk has run")
		f.Name, f.Line, f.Column, f.AtEOF = syntax.Name, syntax.Line, syntax.Column, syntax.AtEOF
	case errors.As(err, &memory):
		f.Err = s.outOfMemory(memory)
		f.Traceback = frames(memory.StackTrace)
		f.Name, f.Line = firstPlace(f.Traceback)
	case errors.As(err, &api):
		f.Traceback = frames(api.StackTrace)
		f.Err = s.raised(ctx, api)
		f.Name, f.Line = firstPlace(f.Traceback)
		if name, line, ok := place(raisedAt(api.Object, f.Err.Message)); ok {
			f.Name, f.Line = name, line
		}
	default:
		f.Err = dberr.From(err)
	}
	if ctx.Err() != nil && f.Err.Code != dberr.InternalInvariant {
		f.Err = interrupted()
	}
	f.Source = s.runtime.SourceLine(f.Name, f.Line)
	if f.AtEOF {
		f.Column = len(f.Source) + 1
	}
	return f
}

// raisedAt is the text that begins with the place where an error was first raised, which
// is not where the traceback begins if it was caught and raised again.
func raisedAt(object lua.LValue, message string) string {
	if t, ok := object.(*lua.LTable); ok {
		where, _ := t.RawGetString("where").(lua.LString)
		return string(where) + ":"
	}
	return message
}

// outOfMemory is the coded error of a script that passed shell.memory_limit.
func (s *Session) outOfMemory(e *lang.MemoryError) *dberr.Error {
	return dberr.New(dberr.ScriptError, "the script's values take more than shell.memory_limit, %d MiB", s.env.MemoryLimit>>20).
		With("limit_bytes", s.env.MemoryLimit).
		WithHint("go over documents with c:each() instead of keeping them, let go of what is no longer needed, or raise shell.memory_limit; the database is open and well")
}

// raised is the coded error behind what Lua raised.
func (s *Session) raised(ctx context.Context, api *lua.ApiError) *dberr.Error {
	if t, ok := api.Object.(*lua.LTable); ok {
		return s.fromTable(ctx, t)
	}
	text := strings.TrimSpace(s.runtime.Describe(ctx, api.Object))
	return dberr.New(dberr.ScriptError, "%s", text).WithHint("%s", limitHint(text))
}

// limitHint says what to do about a limit of the language, "" for other errors.
func limitHint(message string) string {
	switch {
	case strings.Contains(message, "stack overflow"):
		return "a function calls itself without end, or deeper than docs/SCRIPTS.md allows"
	case strings.Contains(message, "Lua's library failed"):
		return "please report the line that did this; the database is open and well"
	}
	return ""
}

// frames are the lines of the library's traceback that mean something to a person.
func frames(trace string) []string {
	var lines []string
	for line := range strings.SplitSeq(trace, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line == "stack traceback:" || line == "[G]: ?" || line == "[G]: in function (anonymous)":
			continue
		case strings.HasPrefix(line, "[G]:"):
			line = "[aerodb]" + line[len("[G]"):]
		}
		lines = append(lines, line)
	}
	return lines
}

// firstPlace is the innermost Lua line of a traceback.
func firstPlace(traceback []string) (string, int) {
	for _, line := range traceback {
		if name, n, ok := place(line); ok {
			return name, n
		}
	}
	return "", 0
}

// place reads "tour.lua:8: ..." .
func place(s string) (name string, line int, ok bool) {
	for i := 0; ; {
		colon := strings.IndexByte(s[i:], ':')
		if colon < 0 {
			return "", 0, false
		}
		i += colon + 1
		digits := i
		for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
			digits++
		}
		if digits > i && digits < len(s) && s[digits] == ':' {
			n, err := strconv.Atoi(s[i:digits])
			return s[:i-1], n, err == nil
		}
	}
}

// Where writes what a person needs beside the message: the source line, a mark under
// the column of a syntax error, and the traceback. It writes nothing if the place is
// not known.
func (f *Failure) Where(w io.Writer) {
	if f.Source != "" {
		column := f.Column
		if column > len(f.Source)+1 {
			column = 0
		}
		text, at := excerpt(f.Source, column)
		prefix := fmt.Sprintf("  %s:%d | ", render.Printable(f.Name), f.Line)
		fmt.Fprintf(w, "%s%s\n", prefix, text)
		if at > 0 {
			fmt.Fprintf(w, "%s^\n", strings.Repeat(" ", render.Columns(prefix)+at-1))
		}
	}
	if len(f.Traceback) > 0 {
		fmt.Fprintf(w, "traceback:\n  %s\n", render.Harmless(strings.Join(f.Traceback, "\n  ")))
	}
}

// Hint is the next step; "" if there is none worth a line.
func (f *Failure) Hint() string {
	if f.Err.Code == dberr.ScriptError && f.Err.Hint == "" && len(f.Traceback) == 0 {
		return "" // the table's hint names the traceback
	}
	return f.Err.Advice()
}

// Report writes code, message, hint, source line and traceback.
func (f *Failure) Report(w io.Writer) {
	fmt.Fprintln(w, render.Harmless(f.Error()))
	if hint := f.Hint(); hint != "" {
		fmt.Fprintf(w, "hint: %s\n", render.Harmless(hint))
	}
	f.Where(w)
}

// Syntax is the failure of a chunk that does not parse.
func (s *Session) Syntax(err *lang.SyntaxError, source string) *Failure {
	f := s.fail(context.Background(), err)
	if lines := strings.Split(source, "\n"); f.Line >= 1 && f.Line <= len(lines) {
		f.Source = lines[f.Line-1]
	}
	if f.AtEOF {
		f.Column = len(f.Source) + 1
	}
	return f
}

// AtPrompt leaves out what a person sees anyway: the line just typed under that name,
// and a traceback that has nothing but it. It adds what a script would have said: that
// a name is not defined.
func (s *Session) AtPrompt(f *Failure, name, source string) *Failure {
	short := *f
	if f.Err.Code == dberr.ScriptError && strings.Contains(f.Err.Message, "nil") {
		if undefined := s.runtime.Undefined(source); undefined != "" {
			e := *f.Err
			short.Err = e.WithHint("%s", undefined)
		}
	}
	if f.Name == name && f.Column == 0 {
		short.Source = ""
	}
	for _, line := range f.Traceback {
		if place, _, ok := place(line); ok && place != name {
			return &short
		}
	}
	short.Traceback = nil
	return &short
}
