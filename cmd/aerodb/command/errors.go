package command

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/shell"
	"github.com/aerodb/aerodb/shell/lang"
	"github.com/aerodb/aerodb/shell/render"
)

// printError says on standard error what went wrong and what to do next.
func (a *app) printError(err error) {
	var exit *lang.Exit
	var said answered
	if a.out.closed() || errors.As(err, &exit) || errors.As(err, &said) {
		return
	}
	e := coded(err)
	var f *shell.Failure
	errors.As(err, &f)
	if a.errorFormat() == "json" {
		fmt.Fprintf(a.env.Stderr, "%s\n", errorJSON(e, f))
		return
	}
	fmt.Fprintf(a.env.Stderr, "aerodb: %s\n", render.Harmless(e.Error()))
	if hint := e.Advice(); hint != "" {
		fmt.Fprintf(a.env.Stderr, "hint: %s\n", render.Harmless(hint))
	}
	if f != nil {
		f.Where(a.env.Stderr)
	}
}

// coded returns err with a code. The errors of standard input and output are
// the only ones that reach this without one, besides that of a signal.
func coded(err error) *dberr.Error {
	var e *dberr.Error
	switch {
	case errors.As(err, &e) && (e.Code == dberr.ScriptInterrupted || !errors.Is(err, errSignal)):
		return e
	case errors.Is(err, errSignal):
		return dberr.New(dberr.ScriptInterrupted, "interrupted: %w", err).
			WithHint("what was acknowledged before is durable; run it again to go on")
	}
	return dberr.New(dberr.StorageIOError, "%w", err)
}

// errorFormat returns the format in which to print an error. The configuration
// may be what is wrong, or a flag before --output-format; then what the command
// line or the environment says counts.
func (a *app) errorFormat() string {
	const flag = "--output-format"
	if a.config != nil {
		return a.config.Shell.OutputFormat
	}
	for i, arg := range a.env.Args {
		if value, ok := strings.CutPrefix(arg, flag+"="); ok {
			return value
		}
		if arg == flag && i+1 < len(a.env.Args) {
			return a.env.Args[i+1]
		}
		if arg == "--" {
			break
		}
	}
	return a.env.getenv("AERODB_SHELL_OUTPUT_FORMAT")
}

// errorJSON returns e as the JSON API writes errors, with what else is known:
// the hint, the details and, of a script, the place and the traceback.
func errorJSON(e *dberr.Error, f *shell.Failure) []byte {
	members := []document.Member{
		{Name: "status", Value: document.StringValue("error")},
		{Name: "code", Value: document.StringValue(string(e.Code))},
		{Name: "severity", Value: document.StringValue(string(e.Severity()))},
		{Name: "message", Value: document.StringValue(e.Text())},
		{Name: "hint", Value: document.StringValue(e.Advice())},
	}
	if f != nil && f.Line > 0 {
		members = append(members, document.Member{Name: "where", Value: document.StringValue(fmt.Sprintf("%s:%d", f.Name, f.Line))})
	}
	if len(e.Details) > 0 {
		details := make([]document.Member, len(e.Details))
		for i, d := range e.Details {
			details[i] = document.Member{Name: d.Key, Value: detailValue(d.Value)}
		}
		members = append(members, document.Member{Name: "details", Value: document.ObjectValue(details...)})
	}
	if f != nil && len(f.Traceback) > 0 {
		members = append(members, document.Member{Name: "traceback", Value: detailValue(f.Traceback)})
	}
	return objectJSON(members)
}

// objectJSON returns an object whose members are in the order given.
func objectJSON(members []document.Member) []byte {
	buf := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(document.AppendQuoted(buf, m.Name), ':')
		buf = document.Append(buf, m.Value)
	}
	return append(buf, '}')
}

// detailValue returns a detail as JSON.
func detailValue(v any) document.Value {
	switch v := v.(type) {
	case int64:
		return document.IntValue(v)
	case bool:
		return document.BoolValue(v)
	case []string:
		items := make([]document.Value, len(v))
		for i, s := range v {
			items[i] = document.StringValue(s)
		}
		return document.ArrayValue(items...)
	}
	return document.StringValue(fmt.Sprint(v))
}
