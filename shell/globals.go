package shell

import (
	"io"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell/bind"
	"github.com/aerodb/aerodb/shell/lang"
)

// globalsModule is the functions that need no table.
func globalsModule(s *Session) *bind.Module {
	return &bind.Module{
		Doc: "functions beside Lua's own",
		Funcs: []bind.Func{
			{Name: "help", Doc: "Prints what there is: help() everything, help(\"storage\") a module, help(\"storage.stats\") a function, help(\"db.users\") a collection, help(\"AERO_WAL_FULL\") an error code, help(\"word\") what mentions it. At the prompt the word needs no quotes: help storage.stats.",
				Params:  []bind.Param{{Name: "topic", Kind: bind.String, Names: bind.Topics, Optional: true, Doc: "a function, a module, a collection, an error code or any words"}},
				Example: `help("storage.snapshot")`,
				Errors:  []dberr.Code{dberr.StorageIOError},
				Call: func(a *bind.Args) (lua.LValue, error) {
					text := s.manual().Overview()
					if a.Has("topic") {
						text = s.explainTopic(a.String("topic"))
					}
					if _, err := io.WriteString(s.env.Stdout, text+"\n"); err != nil {
						return nil, dberr.New(dberr.StorageIOError, "standard output: %w", err)
					}
					return nil, nil
				}},
			{Name: "int64", Doc: "Returns an exact integer: a plain number below 2^53 in magnitude, an int64 value beyond. Int64 values add, subtract, multiply, divide, compare and print like numbers; what does not fit in 64 bits, or would be rounded, is an error. A division that leaves a remainder gives a float. n:number() is the nearest float.",
				Params:  []bind.Param{{Name: "value", Kind: bind.Any, Doc: "a string of digits, or a number without a fraction"}},
				Returns: bind.Field{Type: "integer", Doc: "the integer."},
				Example: `assert(int64("9007199254740993") + 1 == 9007199254740994)`,
				Errors:  []dberr.Code{dberr.ScriptError},
				Call: func(a *bind.Args) (lua.LValue, error) {
					n, ok := lang.Exact(a.Value("value"))
					if !ok {
						return nil, dberr.New(dberr.ScriptError, "int64 wants an exact integer in 64 bits, not %s", bind.Describe(a.Value("value")))
					}
					return lang.Integer(n), nil
				}},
		},
	}
}
