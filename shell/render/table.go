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

// idFirst are the members with _id before the others.
func (n *node) idFirst() []member {
	for i := range n.members {
		if m := n.members[i]; m.key == "_id" && !m.index && i > 0 {
			return slices.Concat([]member{m}, n.members[:i], n.members[i+1:])
		}
	}
	return n.members
}

// cell is one value on one line: a scalar as it is, the rest as a literal.
func (n *node) cell() string {
	switch {
	case n == nil:
		return ""
	case n.kind == stringKind || n.kind == opaqueKind:
		return visible(n.text)
	case n.scalar():
		return n.raw()
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
		head[i] = visible(name)
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
func (n *node) tableText(o Options) string {
	switch {
	case n.documents():
		return n.documentsText(o)
	case n.kind == objectKind && len(n.members) > 0:
		return fold(n.lines("", o.Color), o)
	case n.kind == listKind && len(n.items) > 0:
		cells := make([]string, len(n.items))
		for i := range n.items {
			cells[i] = n.items[i].cell()
		}
		return fold(strings.Join(cells, "\n"), o)
	case n.kind == listKind:
		return "(none)"
	}
	return fold(n.cell(), o)
}

// noun is what the items of a list of objects are: documents have an _id.
func (n *node) noun() string {
	for i := range n.items {
		if n.items[i].get("_id") == nil {
			return "rows"
		}
	}
	return "documents"
}

// documentsText writes as many documents as there is room for.
func (n *node) documentsText(o Options) string {
	const heading = 2
	shown := n
	if o.Rows > 0 && len(n.items) > o.Rows-heading {
		shown = &node{kind: listKind, items: n.items[:min(len(n.items), o.room(len(n.items), n.noun())-heading)]}
	}
	columns := shown.columnsText(o.Color)
	if widest(columns) > o.width() {
		return n.expanded(o)
	}
	if missing := len(n.items) - len(shown.items); missing > 0 {
		columns += "\n" + o.left(missing, len(n.items), n.noun())
	}
	return columns
}

func widest(s string) int {
	width := 0
	for line := range strings.SplitSeq(s, "\n") {
		width = max(width, Columns(line))
	}
	return width
}

// expanded writes documents one below the other, and the beginning of the first at least.
func (n *node) expanded(o Options) string {
	var parts []string
	used, noun := 0, n.noun()
	for i := range n.items {
		part := fmt.Sprintf("-- %d --\n%s", i+1, n.items[i].lines("", o.Color))
		used += Rows(part, o.width())
		last := i == len(n.items)-1
		if o.Rows > 0 && (last && used > o.Rows || !last && used > o.room(len(n.items), noun)) {
			if i == 0 {
				return n.firstOf(part, o)
			}
			parts = append(parts, o.left(len(n.items)-i, len(n.items), noun))
			break
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "\n")
}

// firstOf is the first document of n where it alone is longer than the screen.
func (n *node) firstOf(part string, o Options) string {
	if more := len(n.items) - 1; more > 0 {
		noun := n.noun()
		if more == 1 {
			noun = strings.TrimSuffix(noun, "s")
		}
		o.Rest = strings.TrimSuffix(fmt.Sprintf("%s more %s; %s", thousands(more), noun, o.Rest), "; ")
	}
	return fold(part, o)
}

// lines writes an object one member a line, objects inside it indented.
func (n *node) lines(indent string, color bool) string {
	members := n.idFirst()
	names := make([]string, len(members))
	width := 0
	for i := range members {
		names[i] = visible(members[i].key)
		width = max(width, Columns(names[i]))
	}
	bold := func(s string) string { return s }
	if color {
		bold = func(s string) string { return text.Bold.Sprint(s) }
	}
	var lines []string
	for i := range members {
		m := &members[i]
		if m.kind == objectKind && len(m.members) > 0 {
			lines = append(lines, indent+bold(names[i]), m.lines(indent+"  ", color))
			continue
		}
		lines = append(lines, indent+bold(names[i])+strings.Repeat(" ", width-Columns(names[i])+2)+m.cell())
	}
	return strings.Join(lines, "\n")
}
