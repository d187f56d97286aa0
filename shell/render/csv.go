package render

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// valueColumn is the name of the only column of what is no list of objects.
const valueColumn = "value"

// csvText writes a list of objects under a heading: _id first, then the union of their
// members, sorted. An object is a list of one. Anything else is one column. What is
// absent, or nil, is empty; a list or an object in a cell is JSON.
func (n *node) csvText(o Options) (string, error) {
	records, err := n.records()
	if err != nil {
		return "", err
	}
	if o.Terminal {
		for _, record := range records {
			for i := range record {
				record[i] = escaped(record[i], n.stop)
			}
		}
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	for _, record := range records {
		n.stop.step()
		if len(record) == 1 && record[0] == "" {
			w.Flush()
			b.WriteString(`""` + "\n") // the library writes an empty line, which readers skip
			continue
		}
		if slices.ContainsFunc(record, long) {
			w.Flush()
			writeLong(&b, record, n.stop)
			continue
		}
		if err := w.Write(record); err != nil {
			return "", err
		}
	}
	w.Flush()
	return b.String(), w.Error()
}

func long(field string) bool { return len(field) > pieceBytes }

// writeLong writes a record as the library does, and can be stopped within a field.
func writeLong(b *strings.Builder, record []string, stop *stopper) {
	for i, field := range record {
		if i > 0 {
			b.WriteByte(',')
		}
		first, _ := utf8.DecodeRuneInString(field)
		quoted := field == `\.` || field != "" && unicode.IsSpace(first)
		for piece := range stop.pieces(field) {
			quoted = quoted || strings.ContainsAny(piece, ",\"\r\n")
		}
		if quoted {
			b.WriteByte('"')
		}
		for piece := range stop.pieces(field) {
			b.WriteString(strings.ReplaceAll(piece, `"`, `""`)) // nothing to double without quotes
		}
		if quoted {
			b.WriteByte('"')
		}
	}
	b.WriteByte('\n')
}

// records are the heading and the rows; an empty list has neither.
func (n *node) records() ([][]string, error) {
	list := n
	if n.kind != listKind {
		list = &node{kind: listKind, items: []node{*n}, stop: n.stop}
	}
	if !list.documents() {
		return list.values()
	}
	names := list.columns()
	records := [][]string{names}
	for i := range list.items {
		list.stop.step()
		record := make([]string, len(names))
		for j, name := range names {
			text, err := list.items[i].get(name).field()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			record[j] = text
		}
		records = append(records, record)
	}
	if len(names) == 0 {
		return nil, nil
	}
	return records, nil
}

// values is a heading and one value a row.
func (n *node) values() ([][]string, error) {
	if len(n.items) == 0 {
		return nil, nil
	}
	records := [][]string{{valueColumn}}
	for i := range n.items {
		n.stop.step()
		text, err := n.items[i].field()
		if err != nil {
			return nil, err
		}
		records = append(records, []string{text})
	}
	return records, nil
}

// field is the text of a cell for a program: a string raw, a list or an object as JSON.
func (n *node) field() (string, error) {
	switch {
	case n == nil || n.kind == nilKind:
		return "", nil
	case n.kind == opaqueKind:
		return "", fmt.Errorf("%s has no text", n.text)
	case n.scalar():
		return n.raw(), nil
	}
	return n.jsonText()
}
