package repl

import (
	"context"
	"fmt"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/suggest"
	"github.com/aerodb/aerodb/shell/render"
)

// A DotCommand is what a line that begins with a dot asks of the prompt itself.
type DotCommand struct {
	Name  string // ".mode"
	Usage string // what follows the name: "[MODE]"
	Doc   string // one line
	Alias string // another name for it; "" if it has none

	run func(c *console, ctx context.Context, rest string) error
}

// errQuit is the error of the dot-command that leaves.
var errQuit = fmt.Errorf("quit")

// DotCommands returns the dot-commands, sorted by name.
func DotCommands() []DotCommand {
	return []DotCommand{
		{Name: ".all", Doc: "show the whole last result", run: (*console).all},
		{Name: ".collections", Alias: ".tables", Doc: "list the collections: documents, versions, indexes", run: chunk(collectionsChunk)},
		{Name: ".help", Usage: "[COMMAND]", Doc: "list the dot-commands; explain one, or what help() knows", run: (*console).help},
		{Name: ".mode", Usage: "[" + strings.Join(render.Modes, "|") + "]", Doc: "show results so; without an argument: how now", run: (*console).setMode},
		{Name: ".once", Usage: "[--replace] FILE", Doc: "write what the next statement prints and returns to FILE", run: (*console).setOnce},
		{Name: ".pager", Usage: "[on|off|PROGRAM]", Doc: "send what is longer than the screen through a pager, or abridge it", run: (*console).setPager},
		{Name: ".quit", Alias: ".exit", Doc: "leave; so does Ctrl-D", run: func(*console, context.Context, string) error { return errQuit }},
		{Name: ".read", Usage: "FILE", Doc: "run a file of Lua as if it were typed: its variables stay", run: (*console).read},
		{Name: ".schema", Usage: "[COLLECTION [VERSION]]", Doc: "show the schemas, or one", run: (*console).schema},
		{Name: ".stats", Doc: "show storage.stats()", run: chunk("return storage.stats()")},
		{Name: ".timing", Usage: "[on|off]", Doc: "say how long each statement takes", run: (*console).setTiming},
	}
}

// IsCommand reports whether a line is a dot-command and not Lua, where a dot can only
// begin a number or three dots. A backslash, which begins what psql calls its commands,
// can begin nothing.
func IsCommand(line string) bool {
	if len(line) < 2 || strings.Contains(line, "\n") {
		return false
	}
	letter := line[1] | 0x20
	return line[0] == '\\' || line[0] == '.' && 'a' <= letter && letter <= 'z'
}

// elsewhere are commands of other shells and what does the same here.
var elsewhere = map[string]string{
	`\?`: ".help", `\h`: ".help", `\d`: ".schema", `\dt`: ".collections", `\i`: ".read", `\o`: ".once", `\g`: ".once",
	`\timing`: ".timing", `\pset`: ".mode", `\a`: ".mode", `\x`: ".mode line", `\q`: ".quit",
	".output": ".once", ".headers": ".mode", ".databases": ".collections", ".timer": ".timing", ".indexes": ".schema",
}

// command runs a dot-command. Only os.exit, and .quit, are errors.
func (c *console) command(ctx context.Context, line string) error {
	name, rest := commandName(line)
	d := findCommand(name)
	if d == nil {
		c.fail(unknownCommand(name))
		return nil
	}
	rest = strings.TrimSpace(rest)
	if d.Usage == "" && rest != "" {
		c.misuse(d.Name)
		return nil
	}
	return d.run(c, ctx, rest)
}

// commandName parts the name of a dot-command from what follows it.
func commandName(line string) (name, rest string) {
	line = strings.TrimSuffix(line, ";")
	if i := strings.IndexAny(line, " \t"); i >= 0 {
		return line[:i], line[i:]
	}
	return line, ""
}

// isKnown reports whether a line is a dot-command that there is.
func isKnown(line string) bool {
	name, _ := commandName(line)
	return IsCommand(line) && findCommand(name) != nil
}

// unknownCommand names what was meant.
func unknownCommand(name string) *dberr.Error {
	const hint = ".help lists the commands"
	if same := elsewhere[name]; same != "" {
		return dberr.New(dberr.ScriptError, "there is no command %s; here it is %s", name, same).WithHint(hint)
	}
	var names []string
	for _, d := range DotCommands() {
		names = append(names, d.Name)
	}
	return dberr.New(dberr.ScriptError, "there is no command %s%s", name, suggest.DidYouMean(name, names)).WithHint(hint)
}

func findCommand(name string) *DotCommand {
	for _, d := range DotCommands() {
		if d.Name == name || d.Alias == name {
			return &d
		}
	}
	return nil
}

// misuse says how a command is called.
func (c *console) misuse(name string) {
	d := findCommand(name)
	c.fail(dberr.New(dberr.ScriptError, "%s is called so: %s", name, strings.TrimSpace(name+" "+d.Usage)).WithHint("%s", d.Doc))
}

// chunk makes a command of Lua.
func chunk(source string) func(*console, context.Context, string) error {
	return func(c *console, ctx context.Context, _ string) error { return c.evaluate(ctx, ChunkName, source) }
}

// all shows the last result as a whole.
func (c *console) all(ctx context.Context, _ string) error {
	if !c.hasLast {
		c.note("there is no result yet")
		return nil
	}
	out, finish := c.target()
	statement, done := c.statement(ctx)
	if !c.page || !c.screen() {
		shown := c.write(statement, out, c.last, c.options(0))
		done()
		finish(shown)
		return nil
	}
	program := c.pager
	if program == "" {
		program = pagerDefault
	}
	c.showPaged(ctx, statement, done, c.last, program, 0)
	return nil
}

// help lists the commands, or explains one; what is none is a topic of help in Lua.
func (c *console) help(ctx context.Context, rest string) error {
	name := "." + strings.TrimPrefix(rest, ".")
	switch {
	case rest == "":
		listCommands(c.o.Results, "")
		fmt.Fprintln(c.o.Results, "help() is about Lua: storage, db and the rest.")
	case findCommand(name) != nil:
		listCommands(c.o.Results, name)
	case strings.HasPrefix(rest, "."):
		c.fail(unknownCommand(name))
	default:
		return c.evaluate(ctx, ChunkName, "help("+render.Print(lua.LString(rest), nil, nil)+")")
	}
	return nil
}

// helpColumn is where the explanations begin.
const helpColumn = 40

// setMode is .mode.
func (c *console) setMode(_ context.Context, rest string) error {
	switch {
	case rest == "":
		fmt.Fprintln(c.o.Results, c.mode)
	case slices.Contains(render.Modes, rest):
		c.mode = render.Mode(rest)
	default:
		c.fail(dberr.New(dberr.ScriptError, "there is no mode %q%s", rest, suggest.DidYouMean(rest, render.Modes)).
			WithHint("the modes are: %s", strings.Join(render.Modes, ", ")))
	}
	return nil
}

// setTiming is .timing.
func (c *console) setTiming(_ context.Context, rest string) error {
	switch rest {
	case "":
		fmt.Fprintln(c.o.Results, map[bool]string{true: "on", false: "off"}[c.timing])
	case "on", "off":
		c.timing = rest == "on"
	default:
		c.misuse(".timing")
	}
	return nil
}

// setOnce is .once.
func (c *console) setOnce(_ context.Context, rest string) error {
	name, replace := strings.CutPrefix(rest, "--replace ")
	name = unquote(strings.TrimSpace(name))
	if name == "" || c.o.Create == nil {
		c.misuse(".once")
		return nil
	}
	c.dropOnce()
	file, err := c.o.Create(name, replace)
	if err != nil {
		c.fail(dberr.From(err))
		return nil
	}
	c.once, c.onceIs = file, name
	return nil
}

// dropOnce takes back a file that nothing was written to.
func (c *console) dropOnce() {
	if c.once != nil {
		_ = c.once.Abort() // it is empty
		c.once, c.onceIs = nil, ""
	}
}

// read is .read.
func (c *console) read(ctx context.Context, rest string) error {
	if rest == "" {
		c.misuse(".read")
		return nil
	}
	name := unquote(rest)
	source, err := c.s.ReadScript(name)
	if err != nil {
		c.fail(dberr.From(err))
		return nil
	}
	return c.evaluate(ctx, name, source)
}

// schema is .schema.
func (c *console) schema(ctx context.Context, rest string) error {
	arguments := strings.Fields(rest)
	switch {
	case len(arguments) == 0:
		return c.evaluate(ctx, ChunkName, schemasChunk)
	case len(arguments) > 2:
		c.misuse(".schema")
		return nil
	}
	for i := range arguments {
		arguments[i] = render.Print(lua.LString(arguments[i]), nil, nil)
	}
	return c.evaluate(ctx, ChunkName, schemaChunk+"("+strings.Join(arguments, ", ")+")")
}

// unquote takes quotes off a file name that was typed with them.
func unquote(name string) string {
	if n := len(name); n > 1 && name[0] == name[n-1] && (name[0] == '"' || name[0] == '\'') {
		return name[1 : n-1]
	}
	return name
}
