package shell

import (
	"fmt"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/shell/bind"
)

// manual is what help explains in this session.
func (s *Session) manual() bind.Manual {
	topics := []bind.Topic{luaTopic, errorsTopic()}
	if s.env.Topics != nil {
		topics = append(topics, s.env.Topics()...)
	}
	return bind.Manual{Registry: s.Registry, Topics: topics}
}

// explainTopic is the text of help(topic). A collection of the database comes before a search.
func (s *Session) explainTopic(topic string) string {
	manual := s.manual()
	if id, ok := strings.CutPrefix(strings.TrimSpace(topic), "db."); ok {
		if _, f := s.Registry.Find(topic); f == nil && s.db != nil {
			if newest, err := s.db.Schema(id, ""); err == nil {
				return explainCollection(newest)
			}
		}
	}
	text, found := manual.Explain(topic)
	if !found && s.isLibrary(strings.TrimSpace(topic)) {
		return topic + " is Lua's own: see the reference manual of Lua 5.1, and help(\"lua\") for what differs here."
	}
	return text
}

// isLibrary reports whether a dotted name is something of Lua's libraries.
func (s *Session) isLibrary(name string) bool {
	var v lua.LValue = s.runtime.Globals
	for part := range strings.SplitSeq(name, ".") {
		table, ok := v.(*lua.LTable)
		if !ok {
			return false
		}
		v = table.RawGetString(part)
	}
	return v != lua.LNil
}

// explainCollection lists what documents of a schema hold.
func explainCollection(definition *schema.Schema) string {
	var b strings.Builder
	fmt.Fprintf(&b, "db.%s: the collection %s, version %s\n\nFields\n", definition.ID, definition.ID, definition.Version)
	listFields(&b, definition, "", definition.Fields)
	b.WriteString("\nA filter and a sort may name the indexed ones. help(\"collection\") lists the methods.")
	return b.String()
}

func listFields(b *strings.Builder, definition *schema.Schema, prefix string, fields []schema.Field) {
	for i := range fields {
		f := &fields[i]
		path := prefix + f.Name
		notes := f.Type.String()
		if f.Items != nil {
			notes += " of " + f.Items.Type.String()
		}
		if f.Required {
			notes += ", required"
		}
		if path == schema.IDField || slices.Contains(definition.Indexes, path) {
			notes += ", indexed"
		}
		fmt.Fprintf(b, "  %-28s  %s\n", path, notes)
		if f.Type == schema.Object {
			listFields(b, definition, path+".", f.Fields)
		}
	}
}

// errorsTopic lists the error codes.
func errorsTopic() bind.Topic {
	var b strings.Builder
	b.WriteString(`Errors are raised as tables: code, severity, message, hint, details, where.
tostring(e) is one line. pcall gives them back:

    local ok, e = pcall(storage.remove_snapshot, "nope")
    if not ok and e.code == "AERO_SNAPSHOT_NOT_FOUND" then print(e.hint) end

REJECT is the caller's mistake, ERROR means that the operation failed and the
database goes on, FATAL that it stops, BUG that an invariant broke. Beside the
codes that a function lists, any call can raise AERO_DATABASE_FAILED after a
failed sync, AERO_STORAGE_IO_ERROR or AERO_STORAGE_CORRUPTION of the disk, and
AERO_SCRIPT_INTERRUPTED, which pcall does not catch.

`)
	for _, row := range dberr.Table {
		fmt.Fprintf(&b, "%-30s  %-6s  %s\n", row.Code, row.Severity, bind.Brief(row.Meaning))
	}
	return bind.Topic{Name: "errors", Summary: "what is raised, and every code", Text: strings.TrimSuffix(b.String(), "\n")}
}

// luaTopic tells how this Lua differs. The lines that are indented by four run in a test.
var luaTopic = bind.Topic{Name: "lua", Summary: "how this Lua differs from Lua 5.1", Text: `Lua 5.1, with these differences (docs/lua/language.md has them whole):

Integers keep 64 bits. From 2^53 on they are int64 values, with exact arithmetic;
what does not fit, or mixes with a fraction, is an error and never rounded.
    assert(9007199254740993 + 1 == 9007199254740994)
    assert(int64("9007199254740993"):number() == 2^53)

A script that reads or assigns an undeclared global stops, with the nearest
name; the prompt is free to. A local of the prompt lives on to the next line.
    assert(rawget(_G, "perhaps") == nil)

Errors are tables with code, severity, message, hint: see help("errors").
pcall and xpcall catch all but an interrupt and os.exit.
    local ok, e = pcall(storage.drill, "no such file")
    assert(not ok and e.code and e.severity and e.hint)

pairs goes over a result in the order of its names; math.random starts the same
way in every session; print shows tables sorted; nothing prints an address.
    print({b = 2, a = {1, 2}})

There is no null in documents: a field that is nil is absent. json.null is for
JSON that is no document; json.array{} is an empty list.
    assert(json.encode(json.array{}) == "[]" and json.encode{} == "{}")

require looks beside the script first. arg holds a script's arguments. os.exit
closes the database before it ends the process. goto works in functions that
hold no other function.`}
