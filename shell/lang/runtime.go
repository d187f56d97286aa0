package lang

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/vfs"
)

// Options is the world as Lua sees it. The fields up to Temporary must be set.
type Options struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Now            func() time.Time
	Seed           uint64                            // math.random starts here until math.randomseed
	ReadFile       func(name string) ([]byte, error) // for require, dofile and loadfile

	FS        vfs.FS                             // where io and os find files
	Open      func(name string) (fs.File, error) // for what is only read, and may be a pipe
	Temporary func(what string) (string, error)  // the name of a file that is not there

	// Programs is why no other program may be started; nil allows it.
	Programs error

	// ModulePath lists the folders where require looks after the script's own.
	ModulePath []string

	// MemoryLimit is how many bytes of heap the process may have while a call runs;
	// beyond, the call ends with a *MemoryError. 0 is no limit.
	MemoryLimit int64

	// Show is how print writes a table; nil prints the word "table".
	Show func(v lua.LValue) string
}

// Runtime is one Lua state with AeroDB's differences installed.
type Runtime struct {
	L       *lua.LState
	Globals *lua.LTable // what scripts see; strict
	Session *lua.LTable // what the prompt sees: its own variables, then Globals

	opts      Options
	functions map[string]*lua.LFunction // what markers in a compiled chunk stand for
	sources   map[string][]string       // lines of each chunk, for error reports
	scriptDir string                    // where require looks
	chain     []link                    // the threads that run inside each other, outermost first
	idleWide  []*lua.LState             // threads of ended calls, for the next; see wideThreads
	idle      []*lua.LState             // the same of smaller ones
	trace     string                    // inside an xpcall handler: the traceback of its error
	random    *rand.Rand
	files     map[*luaFile]struct{} // open ones
	fileTable *lua.LTable           // their metatable
	input     lua.LValue            // what io.read reads
	output    lua.LValue            // what io.write writes
	started   time.Time
	exit      *Exit
	cancel    context.CancelCauseFunc // of the context of the call that runs
	watched   bool                    // a watch of the heap goes on
	collect   func()                  // runtime.GC
}

// Exit is the error of a chunk that called os.exit.
type Exit struct{ Code int }

// Exiting returns the exit that a running chunk has asked for, nil if it has not.
func (r *Runtime) Exiting() *Exit { return r.exit }

// Error says what ended the chunk.
func (e *Exit) Error() string { return fmt.Sprintf("the script ended with exit code %d", e.Code) }

// New returns a runtime with Lua's libraries open.
func New(opts Options) *Runtime {
	setArrayLimit()
	L := lua.NewState(lua.Options{
		CallStackSize:       callDepthMax,
		RegistrySize:        registrySlots,
		RegistryMaxSize:     registryMax,
		RegistryGrowStep:    registryGrowth,
		MinimizeStackMemory: true,
	})
	L.G.MainThread, L.G.CurrentThread = L, L
	r := &Runtime{
		L: L, Globals: L.G.Global, opts: opts,
		sources: map[string][]string{},
		random:  newRandom(opts.Seed),
		files:   map[*luaFile]struct{}{},
		started: opts.Now(),
		collect: runtime.GC,
	}
	for _, name := range []string{"channel", "_printregs", "module", "newproxy"} {
		r.Globals.RawSetString(name, lua.LNil)
	}
	r.sortLibraries()
	r.functions = r.comparisons()
	r.functions[concatenation] = L.NewFunction(concat)
	r.functions[identity] = L.NewFunction(func(L *lua.LState) int { return 1 })
	r.functions[extend] = L.NewFunction(extendTable)
	r.installInt64()
	r.installBase()
	r.installText()
	r.installProtected()
	r.installLoaders()
	r.installWorld()
	r.installIO()
	r.installFiles()
	r.installCoroutines()
	r.installPatterns()
	r.makeStrict()
	return r
}

// Close ends the Lua state and closes the files that scripts left open.
func (r *Runtime) Close() {
	r.closeFiles()
	r.L.Close()
}

// Load compiles a script. Its globals are strict. The name appears in errors; a name
// with a directory also tells require where to look first.
func (r *Runtime) Load(source, name string) (*lua.LFunction, error) {
	proto, err := r.compile(source, name, false)
	if err != nil {
		r.remember(name, source)
		return nil, err
	}
	r.remember(name, source)
	return r.L.NewFunctionFromProto(proto), nil
}

// LoadPrompt compiles a statement of the prompt: it may create globals, and its
// top-level locals stay visible to the next one.
func (r *Runtime) LoadPrompt(source, name string) (*lua.LFunction, error) {
	proto, err := r.compile(source, name, true)
	if err != nil {
		return nil, err
	}
	r.remember(name, source)
	fn := r.L.NewFunctionFromProto(proto)
	fn.Env = r.Session
	return fn, nil
}

func (r *Runtime) remember(name, source string) {
	r.sources[name] = strings.Split(source, "\n")
}

// SourceLine returns a line of a chunk that was loaded, from 1; "" if it is not known.
func (r *Runtime) SourceLine(name string, line int) string {
	lines := r.sources[name]
	if line < 1 || line > len(lines) {
		return ""
	}
	return lines[line-1]
}

// SetScript sets the directory where require looks and the global table arg.
func (r *Runtime) SetScript(dir, name string, args []string) {
	r.scriptDir = dir
	arg := r.L.NewTable()
	for _, a := range args {
		arg.Append(lua.LString(a))
	}
	arg.RawSetH(lua.LNumber(0), lua.LString(name))
	r.Globals.RawSetString("arg", arg)
}

// Call runs fn and returns its results. The end of ctx stops it at the next
// instruction, whatever pcall says. An error is a *lua.ApiError, an *Exit or a
// *MemoryError. Whatever it is, the runtime can be called again.
func (r *Runtime) Call(ctx context.Context, fn lua.LValue, args ...lua.LValue) ([]lua.LValue, error) {
	if refusal := r.tooDeep(); refusal != "" {
		return nil, &lua.ApiError{Object: lua.LString(refusal)}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer r.watch(cancel)()
	before, beforeCancel := r.L.Context(), r.cancel
	r.L.SetContext(ctx)
	r.cancel = cancel
	defer func() {
		r.cancel = beforeCancel
		if before == nil {
			r.L.RemoveContext()
		} else {
			r.L.SetContext(before)
		}
	}()
	results, api := r.invoke(r.L, fn, args)
	if exit := r.exit; exit != nil {
		r.exit = nil
		return nil, exit
	}
	if api == nil {
		return results, nil
	}
	var memory *MemoryError
	if errors.As(context.Cause(ctx), &memory) {
		r.idle, r.idleWide = nil, nil // their stacks may have grown
		return nil, &MemoryError{Limit: memory.Limit, StackTrace: api.StackTrace}
	}
	return nil, api
}

// Keys returns the string keys of a table, sorted.
func Keys(t *lua.LTable) []string {
	var keys []string
	for k, _ := t.Next(lua.LNil); k != lua.LNil; k, _ = t.Next(k) {
		if s, ok := k.(lua.LString); ok {
			keys = append(keys, string(s))
		}
	}
	slices.Sort(keys)
	return keys
}

// quoteShort quotes s, cut after some forty bytes.
func quoteShort(s string) string {
	const max = 40
	if len(s) > max {
		s = strings.ToValidUTF8(s[:max], "") + "..."
	}
	return strconv.Quote(s)
}
