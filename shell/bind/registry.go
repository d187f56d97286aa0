package bind

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/suggest"
)

// Kind is what an argument must be.
type Kind uint8

// The kinds of arguments. Nothing is converted: 42 is not a string, 1.5 not an Int.
const (
	Any      Kind = iota // any value but nil
	String               // a string
	Int                  // a number or int64 that is an exact integer
	Bool                 // true or false
	Table                // a table whose content the function checks
	Function             // a function
	Options              // a table with exactly the members listed in Param.Members
)

// kindNames are the kinds as editors spell them.
var kindNames = [...]string{"any", "string", "integer", "boolean", "table", "function", "table"}

// String returns the kind's name in annotations.
func (k Kind) String() string { return kindNames[k] }

// A Param is one parameter, or one member of a table of options.
type Param struct {
	Name     string
	Kind     Kind
	Type     string // the type in annotations; "" means the kind's name
	Optional bool
	Missing  dberr.Code // the code if it is left out; "" means the function's Misuse
	Doc      string
	Members  []Param  // of Options; of a Table those that are known
	Short    string   // of Options: the member that a string in place of the table is taken for
	Names    Names    // of a String: what it names
	Choices  []string // of a String: all that it may be
}

// Names is what the strings for a parameter name, for completion.
type Names uint8

// What a string may name. Most strings of an operator are paths.
const (
	Files         Names = iota
	Nothing             // nothing that can be listed: an _id, a sentence
	Snapshots           // a snapshot's id
	States              // "live", a snapshot's id or a path
	Collections         // a schema's id
	Versions            // a version of the collection that the string before it names
	IndexedFields       // an indexed field of the receiver, also with a leading -
	Topics              // what help explains
)

// A Field is one member of a result.
type Field struct {
	Name string
	Type string // as editors spell it; a trailing ? marks what may be absent
	Doc  string
}

// A Type is a named kind of table that functions return.
type Type struct {
	Name   string // "Snapshot"; annotations write aerodb.Snapshot
	Doc    string
	Fields []Field
}

// A Func is one function or method.
type Func struct {
	Name    string
	Doc     string // sentences; the first is the summary
	Params  []Param
	Returns Field        // Type and Doc; an empty Type returns nothing
	Example string       // a chunk that runs against the example database
	Errors  []dberr.Code // what callers may want to handle
	Misuse  dberr.Code   // the code of wrong arguments; "" means AERO_SCRIPT_ERROR
	Call    func(a *Args) (lua.LValue, error)
}

// A Module is a global table of functions, or the methods of a handle.
type Module struct {
	Name     string // "storage"; "collection" for a handle's methods; "" for plain globals
	Receiver string // what a handle is called in examples; "" for a global table
	Doc      string
	Types    []Type
	Funcs    []Func
	// Missing answers for a name that is no function; nil makes it an error.
	Missing func(a *Args, name string) (lua.LValue, error)
	Others  string  // the type of what Missing returns, for annotations
	Fields  []Field // values beside the functions, for help and annotations
	Calls   string  // what a handle returns that is called, for annotations
}

// Qualified returns a function's name as callers write it: storage.stats, c:insert, help.
func (m *Module) Qualified(f *Func) string {
	switch {
	case m.Receiver != "":
		return m.Receiver + ":" + f.Name
	case m.Name != "":
		return m.Name + "." + f.Name
	}
	return f.Name
}

// Summary is the first sentence of the documentation.
func (f *Func) Summary() string {
	if i := strings.Index(f.Doc, ". "); i >= 0 {
		return f.Doc[:i+1]
	}
	return f.Doc
}

// Signature is the call with its parameters: storage.remove_snapshot(id).
func (m *Module) Signature(f *Func) string {
	var params []string
	for _, p := range f.Params {
		params = append(params, p.signature())
	}
	if len(f.Params) == 1 && f.Params[0].Kind == Options && !f.Params[0].Optional {
		return m.Qualified(f) + params[0]
	}
	return m.Qualified(f) + "(" + strings.Join(params, ", ") + ")"
}

func (p *Param) signature() string {
	s := p.Name
	if p.Kind == Options {
		var names []string
		for _, member := range p.Members {
			names = append(names, member.Name+"=")
		}
		s = "{" + strings.Join(names, ", ") + "}"
	}
	if p.Optional {
		return "[" + s + "]"
	}
	return s
}

// names lists a module's functions, sorted.
func (m *Module) names() []string {
	names := make([]string, len(m.Funcs))
	for i := range m.Funcs {
		names[i] = m.Funcs[i].Name
	}
	slices.Sort(names)
	return names
}

// A Registry is all modules, in the order of the reference pages.
type Registry []*Module

// Find returns a function by its qualified name, a method also by the name of its
// module or of any handle: storage.stats, c:insert, collection.insert, db.users:insert.
func (r Registry) Find(name string) (*Module, *Func) {
	name = strings.TrimSuffix(strings.TrimSpace(name), "()")
	_, method, _ := strings.Cut(name, ":")
	for _, m := range r {
		for i := range m.Funcs {
			f := &m.Funcs[i]
			if name == m.Qualified(f) || m.Receiver != "" && (name == m.Name+"."+f.Name || method == f.Name) {
				return m, f
			}
		}
	}
	return nil, nil
}

// Module returns the module of that name, nil if there is none.
func (r Registry) Module(name string) *Module {
	for _, m := range r {
		if m.Name == name && name != "" {
			return m
		}
	}
	return nil
}

// Func returns the function of that name, nil if there is none.
func (m *Module) Func(name string) *Func {
	for i := range m.Funcs {
		if m.Funcs[i].Name == name {
			return &m.Funcs[i]
		}
	}
	return nil
}

// Names lists the qualified names of all functions, sorted.
func (r Registry) Names() []string {
	var names []string
	for _, m := range r {
		for i := range m.Funcs {
			names = append(names, m.Qualified(&m.Funcs[i]))
		}
	}
	slices.Sort(names)
	return names
}

// Unknown is the error for a name that is no function of m; known are further names
// that would have been right.
func (m *Module) Unknown(name string, known []string) error {
	what := m.Name
	if m.Receiver != "" {
		what = "a " + m.Name
	}
	err := dberr.New(dberr.ScriptError, "%s has no function %q%s", what, name,
		suggest.DidYouMean(name, append(m.names(), known...)))
	return err.WithHint("list the functions with: help(%q)", m.Name)
}
