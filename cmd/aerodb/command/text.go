package command

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/aerodb/aerodb/engine/document"
)

// count writes a number with its noun: "1 document", "2 documents".
func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// bytesText writes a size for a person: "512 B", "1.5 MiB".
func bytesText(n int64) string {
	if n < 1<<10 {
		return fmt.Sprintf("%d B", n)
	}
	f, unit := float64(n)/(1<<10), 0
	for f >= 1023.95 && unit < 3 {
		f, unit = f/(1<<10), unit+1
	}
	return fmt.Sprintf("%.1f %s", f, [...]string{"KiB", "MiB", "GiB", "TiB"}[unit])
}

// durationText writes a duration for a person, to three figures: "1.23 ms".
func durationText(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d us", d.Microseconds())
	case d < time.Second:
		return fmt.Sprintf("%.3g ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// writeMembers writes an object as one aligned line per member. Sizes in bytes
// have a rounded form beside the exact number.
func writeMembers(w io.Writer, v document.Value, indent string) {
	width := 0
	for _, m := range v.Members() {
		width = max(width, len(m.Name))
	}
	for _, m := range v.Members() {
		switch {
		case m.Value.Kind() != document.Object:
			fmt.Fprintf(w, "%s%-*s  %s\n", indent, width, m.Name, memberText(m))
		case len(m.Value.Members()) == 0:
			fmt.Fprintf(w, "%s%-*s  none\n", indent, width, m.Name)
		default:
			fmt.Fprintf(w, "%s%s\n", indent, m.Name)
			writeMembers(w, m.Value, indent+"  ")
		}
	}
}

// memberText writes the value of a member that is not an object.
func memberText(m document.Member) string {
	switch m.Value.Kind() {
	case document.String:
		return m.Value.Str()
	case document.Array:
		texts := make([]string, len(m.Value.Items()))
		for i, item := range m.Value.Items() {
			texts[i] = memberText(document.Member{Value: item})
		}
		return strings.Join(texts, ", ")
	case document.Int:
		if n := m.Value.Int(); strings.HasSuffix(m.Name, "_bytes") && n >= 1<<10 {
			return fmt.Sprintf("%d (%s)", n, bytesText(n))
		}
	}
	return string(document.Append(nil, m.Value))
}

// writeColumns writes a table with a heading; without rows it writes nothing.
func writeColumns(w io.Writer, heading []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.ToUpper(strings.Join(heading, "\t")))
	for _, row := range rows {
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	t.Flush()
}

// indentJSON appends v as JSON for a person: members in their order, two
// spaces a level, small objects and arrays on one line.
func indentJSON(dst []byte, v document.Value, depth int) []byte {
	open, closing, n := byte('{'), byte('}'), len(v.Members())
	if v.Kind() == document.Array {
		open, closing, n = '[', ']', len(v.Items())
	}
	if one := document.Append(nil, v); n == 0 || len(one)+2*depth <= 60 {
		return append(dst, one...)
	}
	dst = append(dst, open)
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '\n')
		dst = append(dst, strings.Repeat("  ", depth+1)...)
		if open == '[' {
			dst = indentJSON(dst, v.Items()[i], depth+1)
			continue
		}
		m := v.Members()[i]
		dst = append(document.AppendQuoted(dst, m.Name), ": "...)
		dst = indentJSON(dst, m.Value, depth+1)
	}
	dst = append(dst, '\n')
	dst = append(dst, strings.Repeat("  ", depth)...)
	return append(dst, closing)
}

// millisText writes a number of milliseconds for a person.
func millisText(ms float64) string {
	return durationText(time.Duration(ms * float64(time.Millisecond)))
}
