package repl

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/shell"
	"github.com/aerodb/aerodb/shell/bind"
	"github.com/aerodb/aerodb/shell/lang"
)

var keywords = []string{"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
	"local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"}

// Complete returns the word that ends at the cursor and what it may become, sorted. It
// knows the registry, collections, variables, and inside a method's braces the options
// and the fields of the collection. It only looks: nothing is called.
func Complete(s *shell.Session, before string) (word string, candidates []string) {
	start := len(before)
	for start > 0 && wordByte(before[start-1]) {
		start--
	}
	path := before[start:]
	cut := strings.LastIndexAny(path, ".:")
	word = path[cut+1:]
	var all []string
	switch {
	case cut < 0:
		if all = inBraces(s, before[:start]); all == nil {
			all = append(globals(s), keywords...)
		}
	case path[cut] == ':':
		all = methods(s, path[:cut])
	default:
		if all = inBraces(s, before[:start]); all != nil { // a dotted field
			word = path
		} else {
			all = members(s, path[:cut])
		}
	}
	slices.Sort(all)
	for _, name := range slices.Compact(all) {
		if strings.HasPrefix(name, word) && name != word {
			candidates = append(candidates, name)
		}
	}
	return word, candidates
}

func wordByte(c byte) bool {
	return c == '_' || c == '.' || c == ':' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}

func globals(s *shell.Session) []string {
	return append(lang.Keys(s.Runtime().Globals), lang.Keys(s.Runtime().Session)...)
}

// value looks up a dotted path without calling anything.
func value(s *shell.Session, path string) lua.LValue {
	names := strings.Split(path, ".")
	v := s.Runtime().Session.RawGetString(names[0])
	if v == lua.LNil {
		v = s.Runtime().Globals.RawGetString(names[0])
	}
	for _, name := range names[1:] {
		t, ok := v.(*lua.LTable)
		if !ok {
			return lua.LNil
		}
		v = t.RawGetString(name)
	}
	return v
}

// members are the keys of a table; db has collections beside its functions.
func members(s *shell.Session, path string) []string {
	t, ok := value(s, path).(*lua.LTable)
	if !ok {
		return nil
	}
	names := lang.Keys(t)
	if path == "db" {
		for _, definition := range definitions(s) {
			names = append(names, definition.ID)
		}
	}
	return names
}

func definitions(s *shell.Session) []*schema.Schema {
	if s.DB() == nil {
		return nil
	}
	all, err := s.DB().Schemas()
	if err != nil {
		return nil
	}
	return all
}

// methods are those of the handle that path names, of any handle if it is not known.
func methods(s *shell.Session, path string) []string {
	var names []string
	v := value(s, path)
	for _, m := range s.Registry {
		known := s.Handle(m.Name, v) != nil
		if m.Receiver == "" || v.Type() == lua.LTUserData && !known {
			continue
		}
		for i := range m.Funcs {
			names = append(names, m.Funcs[i].Name)
		}
	}
	return names
}

// inBraces gives the names that belong into the braces that are open at the cursor:
// the options of a method, or the fields of its collection. Nil means no such place.
func inBraces(s *shell.Session, before string) []string {
	receiver, method, depth := openCall(before)
	if depth == 0 {
		return nil
	}
	m := s.Registry.Module("collection")
	_, f := s.Registry.Find(m.Receiver + ":" + method)
	if f == nil || len(f.Params) == 0 {
		return nil
	}
	if f.Params[0].Kind == bind.Options && depth == 1 && !inQuotes(before) {
		var names []string
		for _, option := range f.Params[0].Members {
			names = append(names, option.Name)
		}
		return names
	}
	if f.Params[0].Kind == bind.Options && depth > 2 {
		return nil
	}
	return fields(s, receiver)
}

// openCall finds the innermost receiver:method{ or receiver:method({ that is not closed,
// and how many braces are open since.
func openCall(before string) (receiver, method string, depth int) {
	closed := 0
	for i := len(before) - 1; i >= 0; i-- {
		switch before[i] {
		case '}':
			closed++
		case '{':
			if closed > 0 {
				closed--
				continue
			}
			depth++
			head := strings.TrimRight(before[:i], " (")
			start := len(head)
			for start > 0 && wordByte(head[start-1]) {
				start--
			}
			if r, m, ok := strings.Cut(head[start:], ":"); ok && m != "" {
				return r, m, depth
			}
		}
	}
	return "", "", 0
}

// inQuotes reports whether the cursor is inside a string that began on the line.
func inQuotes(before string) bool { return strings.Count(before, `"`)%2 == 1 }

// fields are the paths of a collection's fields. A receiver that is not known gives all
// collections' fields.
func fields(s *shell.Session, receiver string) []string {
	id, named := strings.CutPrefix(receiver, "db.")
	if h, ok := s.Handle("collection", value(s, receiver)).(interface{ Collection() string }); ok {
		id, named = h.Collection(), true
	}
	var names []string
	for _, definition := range definitions(s) {
		if !named || definition.ID == id {
			names = appendFields(names, "", definition.Fields)
		}
	}
	return names
}

func appendFields(names []string, prefix string, fields []schema.Field) []string {
	for i := range fields {
		f := &fields[i]
		names = append(names, prefix+f.Name)
		if f.Type == schema.Object {
			names = appendFields(names, prefix+f.Name+".", f.Fields)
		}
	}
	return names
}
