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
)

// Modes lists the modes, for messages.
var Modes = []string{string(Auto), string(Table), string(JSON), string(Lua)}

// Options say where the text goes.
type Options struct {
	Mode     Mode
	Terminal bool // a person reads it
	Width    int  // columns; 0 means 80
	Color    bool
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
	n := fromValue(v)
	return write(w, &n, o)
}

// Results writes what a chunk returned: scalars on one line, tables each on lines of
// their own. Nothing returned writes nothing.
func Results(w io.Writer, values []lua.LValue, o Options) error {
	nodes := make([]node, len(values))
	scalars := true
	for i, v := range values {
		nodes[i] = fromLua(v, 0)
		scalars = scalars && nodes[i].scalar()
	}
	if !scalars || o.Mode == JSON || o.Mode == Lua {
		for i := range nodes {
			if err := write(w, &nodes[i], o); err != nil {
				return err
			}
		}
		return nil
	}
	if len(nodes) == 0 {
		return nil
	}
	texts := make([]string, len(nodes))
	for i := range nodes {
		texts[i] = nodes[i].plain()
	}
	_, err := fmt.Fprintln(w, strings.Join(texts, "\t"))
	return err
}

func write(w io.Writer, n *node, o Options) error {
	text, err := n.format(o)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, text)
	return err
}

func (n *node) format(o Options) (string, error) {
	switch o.Mode {
	case JSON:
		return n.jsonText()
	case Lua:
		if name := n.opaque(); name != "" {
			return "", fmt.Errorf("%s has no literal", name)
		}
		return n.literal(0, o.width()), nil
	case Table:
		return n.tableText(o.width(), o.Color), nil
	}
	switch {
	case n.scalar():
		return n.plain(), nil
	case !o.Terminal:
		if text, err := n.jsonText(); err == nil {
			return text, nil
		}
		return n.flat(), nil
	case n.documents() || n.kind == objectKind && len(n.members) > 0:
		return n.tableText(o.width(), o.Color), nil
	}
	return n.literal(0, o.width()), nil
}

func (n *node) jsonText() (string, error) {
	text, err := n.appendJSON(nil)
	return string(text), err
}

// Print is how print shows a table: a literal, over several lines if it is long.
func Print(v lua.LValue) string {
	n := fromLua(v, 0)
	return n.literal(0, widthDefault)
}
