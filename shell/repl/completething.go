package repl

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/shell/bind"
	"github.com/aerodb/aerodb/shell/lang"
	"github.com/aerodb/aerodb/shell/render"
)

// A thing is what completion knows of an expression: its value, if that can be had by
// looking, else its kind.
type thing struct {
	value lua.LValue   // nil if it is not known
	path  string       // "storage.stats", if it is only names
	self  *bind.Module // whose methods it has; nil if that is not known
	id    string       // of a handle, a document or a list of them: the collection
	// version of the collection; "" is the newest
	version string
	fields  []bind.Field // of a result
	rows    bool         // it is a document, or a list of them
}

// thing follows an expression.
func (l looker) thing(chain []step) thing {
	var t thing
	for i := range chain {
		switch st := chain[i]; st.op {
		case 'n':
			t = thing{value: l.value(st.name), path: st.name}
		case '.':
			t = l.member(t, st.name)
		case '(':
			receiver, f := l.function(chain[:i])
			t = l.result(receiver, f, chain, i)
		case '[':
			t = thing{id: t.id, version: t.version, rows: t.rows, fields: t.fields}
		case ':':
			t = thing{}
		}
	}
	if handle, ok := l.s.Handle("collection", t.value).(interface {
		Collection() (id, version string)
	}); ok {
		t.id, t.version = handle.Collection()
		t.self = l.s.Registry.Module("collection")
	} else if l.s.Handle("iterator", t.value) != nil {
		t.self = l.s.Registry.Module("iterator")
	}
	return t
}

// member is t.name.
func (l looker) member(t thing, name string) thing {
	m := thing{path: t.path + "." + name}
	if table, ok := t.value.(*lua.LTable); ok {
		m.value = table.RawGetString(name)
	}
	if t.path == "db" && (m.value == nil || m.value == lua.LNil) && l.newest(name) != nil {
		return thing{self: l.s.Registry.Module("collection"), id: name, version: l.newest(name).Version}
	}
	for _, f := range t.fields {
		if f.Name == name {
			m.fields = l.typeFields(f.Type)
		}
	}
	return m
}

// function finds what a call calls in the registry.
func (l looker) function(chain []step) (receiver thing, f *bind.Func) {
	last := chain[len(chain)-1]
	if last.op != ':' {
		_, f := l.s.Registry.Find(l.thing(chain).path)
		return thing{}, f
	}
	receiver = l.thing(chain[:len(chain)-1])
	if receiver.self != nil {
		return receiver, receiver.self.Func(last.name)
	}
	if receiver.value != nil && receiver.value != lua.LNil {
		return receiver, nil
	}
	_, f = l.s.Registry.Find(":" + last.name)
	return receiver, f
}

// result is what a call returns.
func (l looker) result(receiver thing, f *bind.Func, chain []step, i int) thing {
	if f == nil {
		return thing{}
	}
	kind := strings.TrimSuffix(strings.TrimSuffix(f.Returns.Type, "?"), "[]")
	t := thing{self: l.s.Registry.Module(kind), fields: l.typeFields(kind)}
	switch {
	case t.self != nil && t.self.Receiver == "":
		t.self = nil
	case kind == "collection":
		t.id = chain[i].name
	case kind == "table" && receiver.id != "":
		t.id, t.version, t.rows = receiver.id, receiver.version, true
	}
	return t
}

// typeFields are the members of a type of the registry.
func (l looker) typeFields(kind string) []bind.Field {
	kind = strings.TrimSuffix(strings.TrimSuffix(kind, "?"), "[]")
	for _, m := range l.s.Registry {
		if t := m.TypeOf(kind); t != nil {
			return t.Fields
		}
	}
	return nil
}

// members are the keys of t, of db also the collections.
func (l looker) members(t thing) []string {
	var names []string
	if table, ok := t.value.(*lua.LTable); ok {
		names = lang.Keys(table)
		if table == l.s.Runtime().Session {
			names = append(names, lang.Keys(l.s.Runtime().Globals)...)
		}
	}
	if t.path == "db" {
		names = append(names, l.collections()...)
	}
	for _, f := range t.fields {
		names = append(names, f.Name)
	}
	if t.rows {
		for _, f := range l.documentFields(t) {
			names = append(names, f.Name)
		}
	}
	return names
}

// onlyNames leaves out what may not stand behind a dot.
func onlyNames(all []string) []string {
	var names []string
	for _, name := range all {
		if render.IsName(name) {
			names = append(names, name)
		}
	}
	return names
}

// methods are what may follow a colon behind t; those of every handle if t is not known.
func (l looker) methods(t thing) []string {
	var names []string
	known := t.value != nil && t.value != lua.LNil
	for _, m := range l.s.Registry {
		if m.Receiver == "" || m != t.self && (t.self != nil || known) {
			continue
		}
		for i := range m.Funcs {
			names = append(names, m.Funcs[i].Name)
		}
	}
	if _, ok := t.value.(lua.LString); ok {
		if library, ok := l.value("string").(*lua.LTable); ok {
			names = append(names, onlyNames(lang.Keys(library))...)
		}
	}
	return names
}

// schemas are those of the open database.
func (l looker) schemas() []*schema.Schema {
	if l.s.DB() == nil {
		return nil
	}
	all, err := l.s.DB().Schemas()
	if err != nil {
		return nil
	}
	return all
}

// newest is the newest version of a collection, nil if there is none.
func (l looker) newest(id string) *schema.Schema {
	if l.s.DB() == nil || id == "" {
		return nil
	}
	newest, err := l.s.DB().Schema(id, "")
	if err != nil {
		return nil
	}
	return newest
}

func (l looker) collections() []string {
	var names []string
	for _, definition := range l.schemas() {
		names = append(names, definition.ID)
	}
	return names
}

// versions are those of one collection.
func (l looker) versions(id string) []string {
	var names []string
	for _, definition := range l.schemas() {
		if definition.ID == id {
			names = append(names, definition.Version)
		}
	}
	return names
}

func (l looker) snapshots() []string {
	if l.s.DB() == nil {
		return nil
	}
	ids, err := l.s.DB().SnapshotIDs()
	if err != nil {
		return nil
	}
	return ids
}
