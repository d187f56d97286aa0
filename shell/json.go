package shell

import (
	"errors"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/shell/bind"
)

// jsonModule is the global table json.
func jsonModule(s *Session) *bind.Module {
	return &bind.Module{
		Name:   "json",
		Doc:    "JSON for what is no document; json.null is its null",
		Fields: []bind.Field{{Name: "null", Type: "userdata", Doc: "the null of JSON, which no document has"}},
		Funcs: []bind.Func{
			{Name: "encode", Doc: "Returns the canonical JSON of a value: names sorted, shortest numbers, no white space. An empty table is {} unless it came from JSON as a list, or json.array made it.",
				Params:  []bind.Param{{Name: "value", Kind: bind.Any, Doc: "a table, string, number or boolean"}},
				Returns: bind.Field{Type: "string", Doc: "the JSON."},
				Example: `assert(json.encode{b = 1, a = {1, 2}} == '{"a":[1,2],"b":1}')`,
				Errors:  []dberr.Code{dberr.ScriptError},
				Call: func(a *bind.Args) (lua.LValue, error) {
					text, err := s.codec.Text(a.Value("value"))
					if err != nil {
						return nil, refused(dberr.ScriptError, "json.encode", err)
					}
					return text, nil
				}},
			{Name: "decode", Doc: "Reads strict JSON: no duplicate names, nothing after the value. Integers keep 64 bits; null becomes json.null.",
				Params:  []bind.Param{{Name: "text", Kind: bind.String, Names: bind.Nothing, Doc: "the JSON"}},
				Returns: bind.Field{Type: "any", Doc: "the value."},
				Example: `assert(json.decode('{"n":9007199254740993}').n == 9007199254740993)`,
				Errors:  []dberr.Code{dberr.ScriptError},
				Call: func(a *bind.Args) (lua.LValue, error) {
					v, err := s.codec.Decode([]byte(a.String("text")), nil)
					var syntax *document.SyntaxError
					if errors.As(err, &syntax) {
						return nil, dberr.New(dberr.ScriptError, "json.decode: %w", err).With("offset", syntax.Offset)
					}
					return v, err
				}},
			{Name: "array", Doc: "Marks a table as a list, so that it is [] even if it is empty.",
				Params:  []bind.Param{{Name: "list", Kind: bind.Table, Doc: "the table; it is returned"}},
				Returns: bind.Field{Type: "table", Doc: "the same table."},
				Example: `assert(json.encode(json.array{}) == "[]")`,
				Errors:  []dberr.Code{dberr.ScriptError},
				Call: func(a *bind.Args) (lua.LValue, error) {
					s.codec.MarkArray(a.Table("list"))
					return a.Value("list"), nil
				}},
		},
	}
}
