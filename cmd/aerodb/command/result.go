package command

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/shell"
	"github.com/aerodb/aerodb/shell/render"
	lua "github.com/yuin/gopher-lua"
)

// result prints the result of a command: for a person, who gets what text
// writes, or in the format that was asked for.
func (o *output) result(v document.Value, text func(io.Writer)) error {
	if o.format == "auto" {
		text(o)
		return nil
	}
	return render.Value(o, v, o.options())
}

// values prints what a chunk of Lua returned in s. All of it is rendered before
// the first byte is written.
func (o *output) values(ctx context.Context, s *shell.Session, values []lua.LValue) error {
	options := o.options()
	options.Name = s.Name
	options.Stop = func() bool { return ctx.Err() != nil }
	var text bytes.Buffer
	switch err := render.Results(&text, values, options); {
	case errors.Is(err, render.ErrStopped):
		return context.Cause(ctx)
	case err != nil:
		return dberr.New(dberr.ScriptError, "what the chunk returned cannot be shown as %s: %w", options.Mode, err).
			WithHint("return something else, or choose another --output-format")
	}
	_, err := o.Write(text.Bytes())
	return err
}

// options says how to render.
func (o *output) options() render.Options {
	options := render.Options{Mode: render.Mode(o.format), Terminal: o.terminal, Color: o.color}
	if o.width != nil {
		options.Width = o.width()
	}
	return options
}
