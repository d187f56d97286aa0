package bind

import (
	"fmt"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
)

// Page is the reference page of some modules in Markdown. The committed pages equal
// it; a test says so.
func Page(title, introduction string, modules ...*Module) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", title, introduction)
	b.WriteString("This page is generated from the function registry in `shell/`; do not edit it.\n")
	for _, m := range modules {
		if len(modules) > 1 {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n", m.pageName(), m.Doc)
		}
		b.WriteString("\n| call | |\n| --- | --- |\n")
		for i := range m.Funcs {
			f := &m.Funcs[i]
			fmt.Fprintf(&b, "| `%s` | %s |\n", m.Signature(f), f.Summary())
		}
		for i := range m.Funcs {
			m.section(&b, &m.Funcs[i])
		}
		for i := range m.Types {
			m.Types[i].section(&b)
		}
	}
	return b.String()
}

func (m *Module) pageName() string {
	if m.Name == "" {
		return "globals"
	}
	return m.Name
}

func (m *Module) section(b *strings.Builder, f *Func) {
	fmt.Fprintf(b, "\n### `%s`\n\n%s\n", m.Signature(f), f.Doc)
	params := f.Params
	if len(params) == 1 && params[0].Kind == Options {
		params = params[0].Members
	}
	if len(params) > 0 {
		b.WriteString("\n| argument | type | |\n| --- | --- | --- |\n")
		for i := range params {
			kind := params[i].Kind.String()
			if params[i].Optional {
				kind += "?"
			}
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", params[i].Name, kind, params[i].Doc)
			params[i].memberRows(b)
		}
	}
	for i := range f.Params {
		if short := f.Params[i].Short; short != "" {
			fmt.Fprintf(b, "\nA string in place of the table is taken for `%s`.\n", short)
		}
	}
	if f.Returns.Type != "" {
		fmt.Fprintf(b, "\nReturns %s\n", f.Returns.Doc)
	}
	if len(f.Errors) > 0 {
		fmt.Fprintf(b, "\nErrors: %s.\n", joinCodes(f.Errors, "`"))
	}
	fmt.Fprintf(b, "\n```lua\n%s\n```\n", f.Example)
}

// memberRows lists the known members of a table below it.
func (p *Param) memberRows(b *strings.Builder) {
	for i := range p.Members {
		m := &p.Members[i]
		kind := m.Kind.String()
		if m.Optional {
			kind += "?"
		}
		fmt.Fprintf(b, "| `%s.%s` | %s | %s |\n", p.Name, m.Name, kind, m.Doc)
	}
}

// joinCodes lists codes, each between two marks.
func joinCodes(codes []dberr.Code, mark string) string {
	names := make([]string, len(codes))
	for i, code := range codes {
		names[i] = mark + string(code) + mark
	}
	return strings.Join(names, ", ")
}

func (t *Type) section(b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s\n\n%s\n\n| member | type | |\n| --- | --- | --- |\n", t.Name, t.Doc)
	for _, f := range t.Fields {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", f.Name, strings.ReplaceAll(f.Type, "|", "\\|"), f.Doc)
	}
}

// Annotations is a Lua file that tells editors (LuaLS) what the modules hold. It is
// never run.
func (r Registry) Annotations() string {
	var b strings.Builder
	b.WriteString("---@meta\n-- Generated from the function registry in shell/; do not edit.\n" +
		"-- For editors that read LuaLS annotations: put this file into the workspace.\n")
	annotateErrors(&b)
	for _, m := range r {
		b.WriteString("\n")
		for i := range m.Types {
			m.Types[i].annotate(&b, r)
		}
		if m.Name != "" {
			comment(&b, m.Doc)
			fmt.Fprintf(&b, "---@class aerodb.%s\n", m.Name)
			if m.Calls != "" {
				fmt.Fprintf(&b, "---@overload fun(): %s\n", m.Calls)
			}
			for _, f := range m.Fields {
				fmt.Fprintf(&b, "---@field %s %s %s\n", f.Name, f.Type, f.Doc)
			}
			if m.Others != "" {
				fmt.Fprintf(&b, "---@field [string] %s\n", r.typeName(m.Others))
			}
			fmt.Fprintf(&b, "%s%s = {}\n", m.local(), m.Name)
		}
		for i := range m.Funcs {
			m.annotate(&b, &m.Funcs[i], r)
		}
	}
	return b.String()
}

// annotateErrors describes what is raised.
func annotateErrors(b *strings.Builder) {
	b.WriteString("\n")
	comment(b, "The code of an error; it never changes its meaning.")
	b.WriteString("---@alias aerodb.Code\n")
	for _, row := range dberr.Table {
		fmt.Fprintf(b, "---| %q # %s\n", string(row.Code), row.Meaning)
	}
	b.WriteString("\n")
	comment(b, "What is raised; pcall gives it back.")
	b.WriteString(`---@class aerodb.Error
---@field code aerodb.Code
---@field severity "REJECT"|"ERROR"|"FATAL"|"BUG"
---@field message string what happened
---@field hint string what to do next
---@field details table facts by name
---@field where? string file and line
`)
}

// local keeps a handle's class, which is no global, out of the globals.
func (m *Module) local() string {
	if m.Receiver != "" {
		return "local "
	}
	return ""
}

func (t *Type) annotate(b *strings.Builder, r Registry) {
	comment(b, t.Doc)
	fmt.Fprintf(b, "---@class aerodb.%s\n", t.Name)
	for _, f := range t.Fields {
		kind, optional := strings.CutSuffix(f.Type, "?")
		name := f.Name
		if optional {
			name += "?"
		}
		fmt.Fprintf(b, "---@field %s %s %s\n", name, r.typeName(kind), f.Doc)
	}
	b.WriteString("\n")
}

// typeName qualifies the types that the registry defines.
func (r Registry) typeName(name string) string {
	base, suffix := name, ""
	for strings.HasSuffix(base, "[]") || strings.HasSuffix(base, "?") {
		cut := len(base) - 1
		if base[cut] == ']' {
			cut--
		}
		base, suffix = base[:cut], base[cut:]+suffix
	}
	for _, m := range r {
		if m.TypeOf(base) != nil || m.Receiver != "" && m.Name == base {
			return "aerodb." + name
		}
	}
	return base + suffix
}

func (m *Module) annotate(b *strings.Builder, f *Func, r Registry) {
	b.WriteString("\n")
	comment(b, f.Doc)
	comment(b, "")
	comment(b, "Errors: "+joinCodes(m.codes(f), "`")+".")
	comment(b, "```lua\n"+f.Example+"\n```")
	var names []string
	for i := range f.Params {
		p := &f.Params[i]
		name := p.Name
		if p.Optional {
			name += "?"
		}
		fmt.Fprintf(b, "---@param %s %s %s\n", name, p.annotation(r), p.Doc)
		names = append(names, p.Name)
	}
	if f.Returns.Type != "" {
		fmt.Fprintf(b, "---@return %s %s\n", r.typeName(f.Returns.Type), f.Returns.Doc)
	}
	name := f.Name
	switch {
	case m.Receiver != "":
		name = m.Name + ":" + name
	case m.Name != "":
		name = m.Name + "." + name
	}
	fmt.Fprintf(b, "function %s(%s) end\n", name, strings.Join(names, ", "))
}

func (p *Param) annotation(r Registry) string {
	switch {
	case p.Type != "":
		return r.typeName(p.Type)
	case len(p.Choices) > 0:
		return `"` + strings.Join(p.Choices, `"|"`) + `"`
	case len(p.Members) == 0:
		return p.Kind.String()
	}
	members := make([]string, len(p.Members))
	for i := range p.Members {
		name := p.Members[i].Name
		if p.Members[i].Optional {
			name += "?"
		}
		members[i] = name + ": " + p.Members[i].annotation(r)
	}
	table := "{" + strings.Join(members, ", ") + "}"
	if p.Short != "" {
		return "string|" + table
	}
	return table
}

func comment(b *strings.Builder, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		fmt.Fprintf(b, "%s\n", strings.TrimRight("--- "+line, " "))
	}
}
