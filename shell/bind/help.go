package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
)

// A Manual is what help explains: the functions of a registry, the error codes, and
// further topics.
type Manual struct {
	Registry Registry
	Topics   []Topic
}

// A Topic is something that is no function: the keys of the prompt, the language.
type Topic struct {
	Name    string // "keys"
	Summary string // one line
	Text    string
	Minor   bool // the overview does not list it
}

// Overview is the text of help(): every module with its functions, and the topics.
func (m Manual) Overview() string {
	var b strings.Builder
	for _, module := range m.Registry {
		fmt.Fprintf(&b, "%s\n", module.heading())
		module.list(&b)
		b.WriteByte('\n')
	}
	if len(m.Topics) > 0 {
		b.WriteString("topics\n")
		for i := range m.Topics {
			if !m.Topics[i].Minor {
				line(&b, "  ", helpCall(m.Topics[i].Name), m.Topics[i].Summary)
			}
		}
		b.WriteByte('\n')
	}
	b.WriteString("help(\"storage.stats\") explains a function, help(\"AERO_WAL_FULL\") an error code, help(\"word\") searches.")
	return b.String()
}

func helpCall(topic string) string { return fmt.Sprintf("help(%q)", topic) }

// Explain is the text of help(topic): of a function, a module, a topic, an error code or a
// kind of result; else what a search finds. It reports false if that is nothing.
func (m Manual) Explain(topic string) (text string, found bool) {
	topic = strings.TrimSpace(topic)
	if module, f := m.Registry.Find(topic); f != nil {
		return module.explain(f), true
	}
	if module := m.Registry.Module(topic); module != nil {
		var b strings.Builder
		fmt.Fprintf(&b, "%s\n\n", module.heading())
		module.list(&b)
		return strings.TrimSuffix(b.String(), "\n"), true
	}
	for i := range m.Topics {
		if strings.EqualFold(m.Topics[i].Name, topic) {
			return m.Topics[i].Text, true
		}
	}
	if text := explainCode(topic); text != "" {
		return text, true
	}
	for _, module := range m.Registry {
		if t := module.TypeOf(topic); t != nil && t.Name == topic {
			return t.explain(), true
		}
	}
	return m.search(topic)
}

// Names lists what Explain explains, sorted.
func (m Manual) Names() []string {
	names := m.Registry.Names()
	for _, module := range m.Registry {
		if module.Name != "" {
			names = append(names, module.Name)
		}
		for i := range module.Types {
			names = append(names, module.Types[i].Name)
		}
	}
	for i := range m.Topics {
		names = append(names, m.Topics[i].Name)
	}
	for _, row := range dberr.Table {
		names = append(names, string(row.Code))
	}
	slices.Sort(names)
	return names
}

func (m *Module) heading() string {
	if m.Name == "" {
		return "globals: " + m.Doc
	}
	return m.Name + ": " + m.Doc
}

const (
	helpColumns = 78 // where lines are broken
	listColumn  = 36 // the widest name that summaries are aligned behind
)

// line writes a name and what it is; behind a long name it begins in the next line.
func line(b *strings.Builder, indent, name, summary string) {
	summary = Brief(summary)
	if len(name) > listColumn {
		fmt.Fprintf(b, "%s%s\n%s%-*s  %s\n", indent, name, indent, listColumn, "", summary)
		return
	}
	fmt.Fprintf(b, "%s%-*s  %s\n", indent, listColumn, name, summary)
}

// Brief cuts a long sentence where it begins to enumerate, or at a word, for a line of a
// list.
func Brief(sentence string) string {
	const most = 80
	if len(sentence) <= most {
		return sentence
	}
	if i := strings.LastIndex(sentence[:most], ": "); i > 0 {
		return sentence[:i] + "."
	}
	return sentence[:strings.LastIndexByte(sentence[:most], ' ')] + " ..."
}

func (m *Module) list(b *strings.Builder) {
	for i := range m.Funcs {
		line(b, "  ", m.Signature(&m.Funcs[i]), m.Funcs[i].Summary())
	}
	for _, f := range m.Fields {
		line(b, "  ", m.Name+"."+f.Name, f.Doc)
	}
}

// explain is the whole entry of a function.
func (m *Module) explain(f *Func) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n\nParameters\n", m.Signature(f), wrap(f.Doc, 0))
	if len(f.Params) == 0 {
		b.WriteString("  none\n")
	}
	writeParams(&b, f.Params, "")
	if f.Returns.Type == "" {
		b.WriteString("\nReturns nothing.\n")
	} else {
		fmt.Fprintf(&b, "\n%s\n", wrap("Returns "+f.Returns.Doc, 0))
		if t := m.TypeOf(f.Returns.Type); t != nil {
			t.list(&b)
		}
	}
	b.WriteString("\nErrors\n")
	for _, code := range m.codes(f) {
		meaning := "The arguments are not what is wanted."
		if slices.Contains(f.Errors, code) {
			row, _ := dberr.Lookup(code)
			meaning = row.Meaning
		}
		described(&b, string(code), meaning)
	}
	fmt.Fprintf(&b, "\nExample\n  %s", strings.ReplaceAll(f.Example, "\n", "\n  "))
	return b.String()
}

// codes are those that a function raises by itself, and that of wrong arguments.
func (m *Module) codes(f *Func) []dberr.Code {
	misuse := f.misuseCode()
	if slices.Contains(f.Errors, misuse) || len(f.Params) == 0 && m.Receiver == "" {
		return f.Errors
	}
	return append(slices.Clone(f.Errors), misuse)
}

func (t *Type) explain() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", t.Name, t.Doc)
	t.list(&b)
	return strings.TrimSuffix(b.String(), "\n")
}

func (t *Type) list(b *strings.Builder) {
	for _, field := range t.Fields {
		described(b, field.Name, field.Doc)
	}
}

// described writes a name and, behind it or below, what it is.
func described(b *strings.Builder, name, doc string) {
	const column = 30
	fmt.Fprintf(b, "  %-*s  ", column, name)
	b.WriteString(strings.TrimLeft(wrap(doc, column+4), " "))
	b.WriteByte('\n')
}

// wrap breaks a text into lines for a terminal, each behind some blanks.
func wrap(text string, indent int) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		switch {
		case column == 0:
		case column+1+len(word) > helpColumns:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		if column == 0 {
			b.WriteString(strings.Repeat(" ", indent))
			column = indent
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

// writeParams describes parameters, the members of a table below it.
func writeParams(b *strings.Builder, params []Param, prefix string) {
	for i := range params {
		p := &params[i]
		if p.Kind == Options && prefix == "" && len(params) == 1 {
			writeParams(b, p.Members, "")
		} else {
			kind := p.Kind.String()
			if p.Optional {
				kind += ", optional"
			}
			if len(p.Choices) > 0 {
				kind += ": " + strings.Join(p.Choices, ", ")
			}
			described(b, prefix+p.Name, fmt.Sprintf("%s (%s)", p.Doc, kind))
			writeParams(b, p.Members, p.Name+".")
		}
		if p.Short != "" {
			fmt.Fprintf(b, "  A string in place of the table is taken for %s.\n", p.Short)
		}
	}
}

// explainCode is what is known of an error code; AERO_ may be left out.
func explainCode(code string) string {
	name := dberr.Code(strings.ToUpper(code))
	if !strings.HasPrefix(string(name), "AERO_") {
		name = "AERO_" + name
	}
	row, ok := dberr.Lookup(name)
	if !ok {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n\n%s\n", row.Code, row.Severity, wrap(row.Meaning, 0))
	if more, ok := dberr.Explain(row.Code); ok {
		fmt.Fprintf(&b, "\nCause\n%s\n\nEvidence to gather first\n", wrap(more.Cause, 2))
		for _, e := range more.Evidence {
			fmt.Fprintf(&b, "  - %s\n", strings.TrimLeft(wrap(e, 4), " "))
		}
		b.WriteString("\nSafe commands, in this order\n")
		for _, c := range more.Commands {
			fmt.Fprintf(&b, "  %s\n", c)
		}
	}
	fmt.Fprintf(&b, "\n%s", wrap("In short: "+row.Hint+".", 0))
	return b.String()
}
