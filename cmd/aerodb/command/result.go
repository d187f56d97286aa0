package command

import (
	"io"

	"github.com/aerodb/aerodb/engine/document"
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

// values prints what a chunk of Lua returned.
func (o *output) values(values []lua.LValue) error {
	return render.Results(o, values, o.options())
}

// options says how to render.
func (o *output) options() render.Options {
	options := render.Options{Mode: render.Mode(o.format), Terminal: o.terminal, Color: o.color}
	if o.width != nil {
		options.Width = o.width()
	}
	return options
}
