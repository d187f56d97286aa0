package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aerodb/aerodb/engine/suggest"
)

// Overview is the text of help(): every module with its functions.
func (r Registry) Overview() string {
	var b strings.Builder
	for _, m := range r {
		fmt.Fprintf(&b, "%s\n", m.heading())
		m.list(&b)
		b.WriteByte('\n')
	}
	b.WriteString("help(\"storage.stats\") explains one function, help(\"word\") searches.")
	return b.String()
}

// Help is the text of help(topic): a function, a module, or what a search finds.
func (r Registry) Help(topic string) string {
	if m, f := r.Find(topic); f != nil {
		return r.function(m, f)
	}
	if m := r.Module(topic); m != nil {
		var b strings.Builder
		fmt.Fprintf(&b, "%s\n\n", m.heading())
		m.list(&b)
		return strings.TrimSuffix(b.String(), "\n")
	}
	return r.search(topic)
}

func (m *Module) heading() string {
	if m.Name == "" {
		return "globals: " + m.Doc
	}
	return m.Name + ": " + m.Doc
}

func (m *Module) list(b *strings.Builder) {
	width := 0
	for i := range m.Funcs {
		width = max(width, len(m.Signature(&m.Funcs[i])))
	}
	width = min(width, 36)
	for i := range m.Funcs {
		f := &m.Funcs[i]
		fmt.Fprintf(b, "  %-*s  %s\n", width, m.Signature(f), f.Summary())
	}
}

func (r Registry) function(m *Module, f *Func) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n", m.Signature(f), wrap(f.Doc))
	if lines := paramLines(f.Params, ""); len(lines) > 0 {
		b.WriteString("\n")
		for _, line := range lines {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	if f.Returns.Type != "" {
		fmt.Fprintf(&b, "\nReturns %s\n", f.Returns.Doc)
		if t := m.TypeOf(f.Returns.Type); t != nil {
			for _, field := range t.Fields {
				fmt.Fprintf(&b, "  %-28s %s\n", field.Name, field.Doc)
			}
		}
	}
	if len(f.Errors) > 0 {
		b.WriteString("\nErrors\n")
		for _, code := range f.Errors {
			fmt.Fprintf(&b, "  %s\n", code)
		}
	}
	fmt.Fprintf(&b, "\nExample\n  %s", strings.ReplaceAll(f.Example, "\n", "\n  "))
	return b.String()
}

// wrap breaks a text into lines for a terminal.
func wrap(text string) string {
	const width = 78
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		switch {
		case column == 0:
		case column+1+len(word) > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}

// TypeOf returns the type that a result's type names, through a list.
func (m *Module) TypeOf(name string) *Type {
	name = strings.TrimSuffix(strings.TrimSuffix(name, "?"), "[]")
	for i := range m.Types {
		if m.Types[i].Name == name {
			return &m.Types[i]
		}
	}
	return nil
}

// paramLines describes parameters, options below their table.
func paramLines(params []Param, indent string) []string {
	var lines []string
	for i := range params {
		p := &params[i]
		if p.Kind == Options {
			lines = append(lines, paramLines(p.Members, indent)...)
			if p.Short != "" {
				lines = append(lines, indent+"A string in place of the table is taken for "+p.Short+".")
			}
			continue
		}
		kind := p.Kind.String()
		if p.Optional {
			kind += ", optional"
		}
		lines = append(lines, fmt.Sprintf("%s%-12s %s (%s)", indent, p.Name, p.Doc, kind))
	}
	return lines
}

// search lists the functions whose name or documentation holds the word.
func (r Registry) search(word string) string {
	var b strings.Builder
	lower := strings.ToLower(strings.TrimSpace(word))
	for _, m := range r {
		for i := range m.Funcs {
			f := &m.Funcs[i]
			if lower != "" && strings.Contains(strings.ToLower(m.Qualified(f)+" "+f.Doc+" "+f.Returns.Doc), lower) {
				fmt.Fprintf(&b, "%-36s  %s\n", m.Signature(f), f.Summary())
			}
		}
	}
	if b.Len() == 0 {
		return fmt.Sprintf("nothing is known about %q%s", word, suggest.DidYouMean(word, append(r.Names(), r.modules()...)))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (r Registry) modules() []string {
	var names []string
	for _, m := range r {
		if m.Name != "" {
			names = append(names, m.Name)
		}
	}
	return names
}

// Topics lists what Help explains: functions and modules, sorted.
func (r Registry) Topics() []string {
	names := append(r.Names(), r.modules()...)
	slices.Sort(names)
	return names
}
