package repl

import (
	"slices"
	"strings"
	"unicode"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/shell"
	"github.com/aerodb/aerodb/shell/bind"
	"github.com/aerodb/aerodb/shell/lang"
	"github.com/aerodb/aerodb/shell/render"
)

var keywords = []string{"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
	"local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"}

// Complete returns the word that ends at the cursor and what it may become, sorted. It
// knows variables and the registry; of the open database collections, fields, versions
// and snapshots; and the paths of files; and the dot-commands. It only looks: nothing is called, and what
// cannot be looked at is left out.
func Complete(s *shell.Session, before string) (word string, candidates []string) {
	l := looker{s: s}
	word, all, isCommand := l.command(before)
	if !isCommand {
		c := scan(before)
		if c.nowhere {
			return "", nil
		}
		word, all = c.word, l.candidates(&c)
	}
	slices.Sort(all)
	for _, name := range slices.Compact(all) {
		if strings.HasPrefix(name, word) && name != word {
			candidates = append(candidates, name)
		}
	}
	return word, candidates
}

// A looker finds names in a session.
type looker struct {
	s    *shell.Session
	args []string // of a dot-command, before the word
}

func (l looker) candidates(c *cursor) []string {
	switch {
	case c.sep == ':':
		return l.methods(l.thing(c.chain))
	case c.sep == '.':
		return onlyNames(l.members(l.thing(c.chain)))
	case c.quoted:
		return plain(l.inString(c))
	}
	if names, ok := l.inTable(c); ok {
		return names
	}
	names := onlyNames(append(lang.Keys(l.s.Runtime().Globals), lang.Keys(l.s.Runtime().Session)...))
	return append(append(names, keywords...), c.locals...)
}

// A call is the innermost call that the cursor is an argument of.
type call struct {
	f        *bind.Func
	param    *bind.Param // that the cursor is in; nil if there is none
	receiver thing
	method   bool       // receiver:f, not module.f
	args     []string   // its arguments so far that are strings
	tables   []*opening // from the argument inwards
	bracket  bool       // inside the [ of a table's key
}

// call returns nil outside of any call of the registry.
func (l looker) call(c *cursor) *call {
	here := &call{}
	for i := len(c.open) - 1; i >= 0; i-- {
		o := &c.open[i]
		switch {
		case o.kind == '{':
			here.tables = append(here.tables, o)
			continue
		case o.kind == '[' && o.chain == nil && i == len(c.open)-1:
			here.bracket = true
			continue
		case o.kind != '(' || o.chain == nil:
			return nil
		}
		slices.Reverse(here.tables)
		here.args, here.method = o.strings, o.chain[len(o.chain)-1].op == ':'
		if here.receiver, here.f = l.function(o.chain); here.f == nil {
			return nil
		}
		if o.comma < len(here.f.Params) {
			here.param = &here.f.Params[o.comma]
		}
		return here
	}
	return nil
}

// inTable gives the names that may stand as a key where the cursor is; false means that it
// is not in a table whose keys are known.
func (l looker) inTable(c *cursor) ([]string, bool) {
	here := l.call(c)
	if here == nil || here.param == nil || len(here.tables) == 0 || here.bracket {
		return nil, false
	}
	inner := here.tables[len(here.tables)-1]
	if !inner.fresh {
		return nil, false
	}
	var names []string
	for _, name := range l.keys(here) {
		switch {
		case slices.Contains(inner.keys, name):
		case render.IsName(name):
			names = append(names, name)
		case c.word == "":
			names = append(names, `["`+name+`"]`)
		}
	}
	return names, true
}

// inString gives what a string may hold.
func (l looker) inString(c *cursor) []string {
	if len(c.open) > 0 {
		o := &c.open[len(c.open)-1]
		switch {
		case o.kind == '[' && o.chain != nil:
			return l.members(l.thing(o.chain))
		case o.kind == '(' && len(o.chain) == 1 && o.chain[0].name == "require":
			return l.modules(c.word)
		}
	}
	here := l.call(c)
	switch {
	case here == nil:
		return l.files(c.word)
	case here.bracket:
		return l.keys(here)
	case here.param == nil:
		return nil
	}
	p, siblings := here.param, here.args
	switch {
	case len(here.tables) == 1 && here.tables[0].key != "":
		key := here.tables[0].key
		p = member(p, key)
	case len(here.tables) > 0:
		return l.inDefinition(here)
	case p.Kind == bind.Options:
		p = member(p, p.Short)
	}
	if p == nil || p.Kind != bind.String {
		return nil
	}
	return l.named(p, c.word, here, siblings)
}

func member(p *bind.Param, name string) *bind.Param {
	for i := range p.Members {
		if p.Members[i].Name == name {
			return &p.Members[i]
		}
	}
	return nil
}

// named gives the strings for a parameter.
func (l looker) named(p *bind.Param, word string, here *call, siblings []string) []string {
	if len(p.Choices) > 0 {
		return slices.Clone(p.Choices)
	}
	switch p.Names {
	case bind.Files:
		return l.files(word)
	case bind.Snapshots:
		return l.snapshots()
	case bind.States:
		return append(append(l.files(word), l.snapshots()...), "live")
	case bind.Collections:
		return l.collections()
	case bind.Versions:
		id := ""
		if len(siblings) > 0 {
			id = siblings[0]
		}
		return l.versions(id)
	case bind.IndexedFields:
		var names []string
		for _, name := range l.indexed(here.receiver) {
			names = append(names, name, "-"+name)
		}
		return names
	case bind.Topics:
		return l.s.Topics()
	}
	return nil
}

// files are the paths that continue typed.
func (l looker) files(typed string) []string {
	if strings.Contains(typed, `\`) {
		return nil
	}
	return l.s.Files(typed)
}

// plain leaves out what would need an escape in a Lua string, or that a terminal would
// not show as it is.
func plain(texts []string) []string {
	return slices.DeleteFunc(texts, func(text string) bool {
		return strings.ContainsFunc(text, func(r rune) bool { return strings.ContainsRune("\"'\\", r) || !unicode.IsPrint(r) })
	})
}

// modules are what require finds: in the working directory, then by the templates of
// package.path, dir/?.lua;...
func (l looker) modules(typed string) []string {
	library, ok := l.value("package").(*lua.LTable)
	if !ok {
		return nil
	}
	var names []string
	for template := range strings.SplitSeq("?.lua;"+lua.LVAsString(library.RawGetString("path")), ";") {
		before, after, ok := strings.Cut(template, "?")
		if !ok {
			continue
		}
		for _, file := range l.files(before + strings.ReplaceAll(typed, ".", "/")) {
			name := strings.TrimPrefix(file, before)
			module, isModule := strings.CutSuffix(name, after)
			if isModule || strings.HasSuffix(name, "/") {
				names = append(names, strings.ReplaceAll(module, "/", "."))
			}
		}
	}
	return names
}

// value looks up a name without calling anything.
func (l looker) value(name string) lua.LValue {
	if v := l.s.Runtime().Session.RawGetString(name); v != lua.LNil {
		return v
	}
	return l.s.Runtime().Globals.RawGetString(name)
}
