package render

import (
	"fmt"
	"io"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/document"
)

// Mode is a format of output.
type Mode string

// The modes.
const (
	Auto  Mode = "auto"
	Table Mode = "table"
	JSON  Mode = "json"
	Lua   Mode = "lua"
	CSV   Mode = "csv"
	Line  Mode = "line"
)

// Modes lists the modes, for messages.
var Modes = []string{string(Auto), string(Table), string(JSON), string(Lua), string(CSV), string(Line)}

// Options say where the text goes.
type Options struct {
	Mode     Mode
	Terminal bool // a person reads it
	Width    int  // columns; 0 means 80
	Color    bool

	// Rows is the most rows that auto and table take on the screen; the last one then
	// says what is left out, and how to see it: Rest. 0 means no bound.
	Rows int
	Rest string

	// Stop is asked now and then whether to give the rendering up, which then ends with
	// ErrStopped; nil is never.
	Stop func() bool

	// Name says what to call a value that has no literal, such as a function; nil, or
	// "", is the word of its type.
	Name func(lua.LValue) string
}

const widthDefault = 80

func (o Options) width() int {
	if o.Width > 0 {
		return o.Width
	}
	return widthDefault
}

// Value writes a JSON value and a newline.
func Value(w io.Writer, v document.Value, o Options) error {
	text, err := formatted([]node{fromValue(v)}, o)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text)
	return err
}

// Results writes what a chunk returned: scalars on one line, tables each on lines of
// their own. Nothing returned writes nothing. If a value cannot be written in the mode, or
// the rendering is stopped, nothing is.
func Results(w io.Writer, values []lua.LValue, o Options) (err error) {
	text, err := results(values, o)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text)
	return err
}

func results(values []lua.LValue, o Options) (_ string, err error) {
	defer catch(&err)
	stop := o.stopper()
	nodes := make([]node, len(values))
	scalars := len(values) > 1
	for i, v := range values {
		nodes[i] = fromLua(v, o.Name, stop)
		scalars = scalars && nodes[i].scalar()
	}
	switch {
	case scalars && o.Mode == CSV: // one heading
		return formatted([]node{{kind: listKind, items: nodes, stop: stop}}, o)
	case scalars && o.Mode != JSON && o.Mode != Lua && o.Mode != Line:
		texts := make([]string, len(nodes))
		for i := range nodes {
			texts[i] = nodes[i].plain(o)
		}
		return strings.Join(texts, "\t") + "\n", nil
	}
	return formatted(nodes, o)
}

// formatted is nodes one below the other, all of them or none.
func formatted(nodes []node, o Options) (string, error) {
	var b strings.Builder
	for i := range nodes {
		text, err := nodes[i].format(o)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// format returns the lines of n, each with its end.
func (n *node) format(o Options) (string, error) {
	switch o.Mode {
	case CSV:
		return n.csvText(o)
	case Line:
		return n.lineText(), nil
	case JSON:
		text, err := n.jsonText()
		if o.Terminal {
			text = visibleJSON(text, n.stop)
		}
		return text + "\n", err
	case Lua:
		if name := n.opaque(); name != "" {
			return "", fmt.Errorf("%s has no literal", name)
		}
		return n.literal(0, o.width()) + "\n", nil
	case Table:
		return n.tableText(o) + "\n", nil
	}
	switch {
	case n.scalar():
		return n.fold(n.plain(o), o) + "\n", nil
	case !o.Terminal:
		if text, err := n.jsonText(); err == nil {
			return text + "\n", nil
		}
		return n.flat() + "\n", nil
	case n.documents() || n.kind == listKind && len(n.items) == 0 || n.kind == objectKind && len(n.members) > 0:
		return n.tableText(o) + "\n", nil
	}
	return n.fold(n.literal(0, o.width()), o) + "\n", nil
}

func (n *node) jsonText() (string, error) {
	text, err := n.appendJSON(nil)
	return string(text), err
}

// Print is how print shows a table: a literal, over several lines if it is long. Name is
// as in Options, and so is stop; what was stopped is shown as "...".
func Print(v lua.LValue, name func(lua.LValue) string, stop func() bool) string {
	text, err := printed(v, name, Options{Stop: stop}.stopper())
	if err != nil {
		return "..."
	}
	return text
}

func printed(v lua.LValue, name func(lua.LValue) string, stop *stopper) (_ string, err error) {
	defer catch(&err)
	n := fromLua(v, name, stop)
	return n.literal(0, widthDefault), nil
}
