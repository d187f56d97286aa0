package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// documents reports whether n is a list of objects, which columns can show.
func (n *node) documents() bool {
	if n.kind != listKind || len(n.items) == 0 {
		return false
	}
	for i := range n.items {
		if n.items[i].kind != objectKind {
			return false
		}
	}
	return true
}

// columns are the names of all members, _id first, then sorted.
func (n *node) columns() []string {
	var names []string
	for i := range n.items {
		for _, m := range n.items[i].members {
			names = append(names, m.key)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if i := slices.Index(names, "_id"); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, "_id")
	}
	return names
}

func (n *node) get(key string) *node {
	for i := range n.members {
		if n.members[i].key == key {
			return &n.members[i].node
		}
	}
	return nil
}

// cell is one value in a table: scalars raw on one line, the rest as a literal.
func (n *node) cell() string {
	if n == nil {
		return ""
	}
	if n.kind == stringKind {
		if strings.ContainsFunc(n.text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return quoteLua(n.text)
		}
		return n.text
	}
	if n.scalar() {
		return n.plain()
	}
	return n.flat()
}

// style has no frame: columns apart by two spaces, a line under the heading.
func style(color bool) table.Style {
	s := table.StyleLight
	s.Options = table.Options{SeparateHeader: true}
	s.Box.PaddingLeft, s.Box.PaddingRight = "", "  "
	s.Format.Header = text.FormatDefault
	if color {
		s.Color.Header = text.Colors{text.Bold}
	}
	return s
}

// columnsText writes documents as columns.
func (n *node) columnsText(color bool) string {
	names := n.columns()
	w := table.NewWriter()
	w.SetStyle(style(color))
	head := make(table.Row, len(names))
	var configs []table.ColumnConfig
	for i, name := range names {
		head[i] = name
		if n.numeric(name) {
			configs = append(configs, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	w.SetColumnConfigs(configs)
	w.AppendHeader(head)
	for i := range n.items {
		row := make(table.Row, len(names))
		for j, name := range names {
			row[j] = n.items[i].get(name).cell()
		}
		w.AppendRow(row)
	}
	lines := strings.Split(w.Render(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// numeric reports whether a column holds numbers only.
func (n *node) numeric(name string) bool {
	found := false
	for i := range n.items {
		switch v := n.items[i].get(name); {
		case v == nil:
		case v.kind != intKind && v.kind != floatKind:
			return false
		default:
			found = true
		}
	}
	return found
}

// tableText writes n for a person: columns where they fit, else one member a line.
func (n *node) tableText(width int, color bool) string {
	switch {
	case n.documents():
		if columns := n.columnsText(color); widest(columns) <= width {
			return columns
		}
		return n.expanded()
	case n.kind == objectKind && len(n.members) > 0:
		return n.lines("")
	case n.kind == listKind && len(n.items) > 0:
		cells := make([]string, len(n.items))
		for i := range n.items {
			cells[i] = n.items[i].cell()
		}
		return strings.Join(cells, "\n")
	}
	return n.cell()
}

func widest(s string) int {
	width := 0
	for line := range strings.SplitSeq(s, "\n") {
		width = max(width, text.StringWidthWithoutEscSequences(line))
	}
	return width
}

// expanded writes documents one below the other.
func (n *node) expanded() string {
	parts := make([]string, len(n.items))
	for i := range n.items {
		parts[i] = fmt.Sprintf("-- %d --\n%s", i+1, n.items[i].lines(""))
	}
	return strings.Join(parts, "\n")
}

// lines writes an object one member a line, objects inside it indented.
func (n *node) lines(indent string) string {
	width := 0
	for i := range n.members {
		width = max(width, text.StringWidthWithoutEscSequences(n.members[i].key))
	}
	var lines []string
	for i := range n.members {
		m := &n.members[i]
		if m.kind == objectKind && len(m.members) > 0 {
			lines = append(lines, indent+m.key, m.lines(indent+"  "))
			continue
		}
		lines = append(lines, indent+text.Pad(m.key, width, ' ')+"  "+m.cell())
	}
	return strings.Join(lines, "\n")
}
