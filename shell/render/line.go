package render

import "strings"

// lineText writes one member a line, "name = value" with the signs below each other, and
// an empty line between the objects of a list. What is no object is called value.
func (n *node) lineText() string {
	list := n
	if n.kind != listKind {
		list = &node{kind: listKind, items: []node{*n}, stop: n.stop}
	}
	parts := make([]string, len(list.items))
	separator := ""
	for i := range list.items {
		list.stop.step()
		item := &list.items[i]
		if item.kind != objectKind {
			parts[i] = valueColumn + " = " + item.cell() + "\n"
			continue
		}
		separator = "\n"
		parts[i] = item.memberLines()
	}
	return strings.Join(parts, separator)
}

func (n *node) memberLines() string {
	width := 0
	for i := range n.members {
		n.stop.step()
		width = max(width, n.stop.columns(visible(n.members[i].key, n.stop)))
	}
	var b strings.Builder
	for _, m := range n.idFirst() {
		n.stop.step()
		name := visible(m.key, n.stop)
		b.WriteString(strings.Repeat(" ", width-n.stop.columns(name)) + name + " = " + m.cell() + "\n")
	}
	return b.String()
}
