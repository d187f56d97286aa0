package render

import (
	"fmt"
	"maps"
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
		n.stop.step()
		if n.items[i].kind != objectKind {
			return false
		}
	}
	return true
}

// columns are the names of all members, _id first, then sorted.
func (n *node) columns() []string {
	seen := map[string]bool{}
	for i := range n.items {
		for _, m := range n.items[i].members {
			n.stop.step()
			seen[m.key] = true
		}
	}
	names := slices.Sorted(maps.Keys(seen))
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
		return visible(n.text, n.stop)
	case n.scalar():
		return n.raw()
	}
	return n.flat()
}

const (
	columnsApart = 2
	alignRight   = text.AlignRight
)

// style has no frame: columns apart by two spaces, a line under the heading.
func style(color bool) table.Style {
	s := table.StyleLight
	s.Options = table.Options{SeparateHeader: true}
	s.Box.PaddingLeft, s.Box.PaddingRight = "", strings.Repeat(" ", columnsApart)
	s.Format.Header = text.FormatDefault
	if color {
		s.Color.Header = text.Colors{text.Bold}
	}
	return s
}

// tableRows is how many rows the library lays out at a time, between two questions whether
// to go on.
const tableRows = 256

// columnsText writes documents as columns, unless these are wider than the screen.
func (n *node) columnsText(o Options) (text string, fit bool) {
	names := n.columns()
	head, configs, width := make(table.Row, len(names)), make([]table.ColumnConfig, len(names)), -columnsApart
	for i, name := range names {
		shown := visible(name, n.stop)
		head[i] = shown
		configs[i] = table.ColumnConfig{Number: i + 1, WidthMin: n.widest(name, shown)}
		if n.numeric(name) {
			configs[i].Align, configs[i].AlignHeader = alignRight, alignRight
		}
		width += configs[i].WidthMin + columnsApart
	}
	if width > o.width() {
		return "", false
	}
	var lines []string
	for i := 0; i == 0 || i < len(n.items); i += tableRows {
		w := table.NewWriter()
		w.SetStyle(style(o.Color))
		w.SetColumnConfigs(configs)
		if i == 0 {
			w.AppendHeader(head)
		}
		for _, item := range n.items[i:min(i+tableRows, len(n.items))] {
			n.stop.step()
			row := make(table.Row, len(names))
			for j, name := range names {
				row[j] = item.get(name).cell()
			}
			w.AppendRow(row)
		}
		for line := range strings.SplitSeq(w.Render(), "\n") {
			lines = append(lines, strings.TrimRight(line, " "))
		}
	}
	return strings.Join(lines, "\n"), true
}

// widest is the width of a column.
func (n *node) widest(name, heading string) int {
	width := n.stop.columns(heading)
	for i := range n.items {
		n.stop.step()
		width = max(width, n.stop.columns(n.items[i].get(name).cell()))
	}
	return width
}

// numeric reports whether a column holds numbers only.
func (n *node) numeric(name string) bool {
	found := false
	for i := range n.items {
		n.stop.step()
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
		return n.fold(n.lines("", o.Color), o)
	case n.kind == listKind && len(n.items) > 0:
		cells := make([]string, len(n.items))
		for i := range n.items {
			n.stop.step()
			cells[i] = n.items[i].cell()
		}
		return n.fold(strings.Join(cells, "\n"), o)
	case n.kind == listKind:
		return "(none)"
	}
	return n.fold(n.cell(), o)
}

// noun is what the items of a list of objects are: documents have an _id.
func (n *node) noun() string {
	for i := range n.items {
		n.stop.step()
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
		shown = &node{kind: listKind, stop: n.stop, items: n.items[:min(len(n.items), o.room(len(n.items), n.noun())-heading)]}
	}
	columns, fit := shown.columnsText(o)
	if !fit {
		return n.expanded(o)
	}
	if missing := len(n.items) - len(shown.items); missing > 0 {
		columns += "\n" + o.left(missing, len(n.items), n.noun())
	}
	return columns
}

// expanded writes documents one below the other, and the beginning of the first at least.
func (n *node) expanded(o Options) string {
	var parts []string
	used, noun := 0, n.noun()
	for i := range n.items {
		n.stop.step()
		part := fmt.Sprintf("-- %d --\n%s", i+1, n.items[i].lines("", o.Color))
		used += n.stop.rowsOf(part, o.width(), o.Rows)
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
	return n.fold(part, o)
}

// lines writes an object one member a line, objects inside it indented.
func (n *node) lines(indent string, color bool) string {
	members := n.idFirst()
	names := make([]string, len(members))
	width := 0
	for i := range members {
		n.stop.step()
		names[i] = visible(members[i].key, n.stop)
		width = max(width, n.stop.columns(names[i]))
	}
	bold := func(s string) string { return s }
	if color {
		bold = func(s string) string { return text.Bold.Sprint(s) }
	}
	var lines []string
	for i := range members {
		n.stop.step()
		m := &members[i]
		if m.kind == objectKind && len(m.members) > 0 {
			lines = append(lines, indent+bold(names[i]), m.lines(indent+"  ", color))
			continue
		}
		lines = append(lines, indent+bold(names[i])+strings.Repeat(" ", width-n.stop.columns(names[i])+2)+m.cell())
	}
	return strings.Join(lines, "\n")
}
