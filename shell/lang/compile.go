package lang

import (
	"errors"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
	"github.com/yuin/gopher-lua/parse"
)

// SyntaxError is a chunk that is not Lua.
type SyntaxError struct {
	Name    string // the chunk's name, usually its file
	Line    int    // from 1; 0 if not known
	Column  int    // byte of the line, from 1; 0 if not known
	Near    string // the token the parser stopped at
	Message string
	AtEOF   bool // the chunk ended too early: more input may complete it
}

// Error returns one line: place, message, token.
func (e *SyntaxError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: %s", e.Name, e.Line, e.Message)
	switch {
	case e.AtEOF:
		b.WriteString(" at the end")
	case e.Near != "":
		fmt.Fprintf(&b, " near %s", quoteShort(e.Near))
	}
	return b.String()
}

// parseChunk parses source. A first line that begins with # is skipped, but counted.
func parseChunk(source, name string) ([]ast.Stmt, error) {
	if strings.HasPrefix(source, "#") {
		source = "--" + source
	}
	chunk, err := parse.Parse(strings.NewReader(source), name)
	if err == nil {
		return chunk, nil
	}
	var perr *parse.Error
	if !errors.As(err, &perr) {
		return nil, &SyntaxError{Name: name, Message: err.Error()}
	}
	e := &SyntaxError{Name: name, Line: perr.Pos.Line, Column: perr.Pos.Column, Near: perr.Token, Message: perr.Message}
	if perr.Pos.Line == parse.EOF {
		e.AtEOF, e.Near, e.Column = true, "", 0
		e.Line = strings.Count(strings.TrimRight(source, "\n"), "\n") + 1
	}
	return nil, e
}

// compile turns source into a prototype with exact integer literals and comparisons
// that know Int64. With sessionLocals the local variables of the chunk's top level
// become globals, so that a prompt can use them in its next line.
func (r *Runtime) compile(source, name string, sessionLocals bool) (*lua.FunctionProto, error) {
	chunk, err := parseChunk(source, name)
	if err != nil {
		return nil, err
	}
	rw := &rewriter{name: name}
	if sessionLocals {
		chunk = globalize(chunk)
	}
	rw.function(chunk)
	if rw.err != nil {
		return nil, rw.err
	}
	proto, err := compileChunk(chunk, name)
	if err != nil {
		return nil, err
	}
	if line := tooLong(proto); line >= 0 {
		return nil, &SyntaxError{Name: name, Line: line, Message: fmt.Sprintf("the function is too long: it has more than %d instructions", instructionsMax)}
	}
	r.patch(proto)
	return proto, nil
}

// tooLong returns the line of a function in which a jump could reach too far, -1 for none.
// The library's compiler cuts the distance and the function runs on anywhere.
func tooLong(proto *lua.FunctionProto) int {
	if len(proto.Code) > instructionsMax {
		return proto.LineDefined
	}
	for _, p := range proto.FunctionPrototypes {
		if line := tooLong(p); line >= 0 {
			return line
		}
	}
	return -1
}

// compileChunk turns what the library's compiler panics with into an error.
func compileChunk(chunk []ast.Stmt, name string) (proto *lua.FunctionProto, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &SyntaxError{Name: name, Message: fmt.Sprintf("the chunk cannot be compiled: %v", p)}
		}
	}()
	proto, err = lua.Compile(chunk, name)
	if err != nil {
		return nil, compileError(err, name)
	}
	return proto, nil
}

// compileError rewords the library's "compile error near line(N) file: message".
func compileError(err error, name string) error {
	var cerr *lua.CompileError
	if !errors.As(err, &cerr) {
		return &SyntaxError{Name: name, Message: strings.TrimSpace(err.Error())}
	}
	return &SyntaxError{Name: name, Line: cerr.Line, Message: cerr.Message}
}

// patch replaces the constants that the rewriter left as markers.
func (r *Runtime) patch(proto *lua.FunctionProto) {
	for i, c := range proto.Constants {
		s, ok := c.(lua.LString)
		if !ok || !strings.HasPrefix(string(s), marker) {
			continue
		}
		body := string(s[len(marker):])
		if fn, ok := r.functions[body]; ok {
			proto.Constants[i] = fn
		} else if n, ok := parseInteger(body); ok {
			proto.Constants[i] = Int64(n)
		}
	}
	for _, p := range proto.FunctionPrototypes {
		r.patch(p)
	}
}

// Check reports whether source parses, without running or keeping anything. The error
// is a *SyntaxError.
func Check(source, name string) error {
	_, err := parseChunk(source, name)
	return err
}

// Statements counts the statements of source, those inside others not. The error is
// Check's.
func Statements(source, name string) (int, error) {
	chunk, err := parseChunk(source, name)
	return len(chunk), err
}
