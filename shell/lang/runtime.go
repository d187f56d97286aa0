package lang

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// Options is the world as Lua sees it. All fields but Show must be set.
type Options struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Now            func() time.Time
	Seed           uint64                            // math.random starts here until math.randomseed
	ReadFile       func(name string) ([]byte, error) // for require, dofile and loadfile

	// Show is how print writes a table; nil prints the word "table".
	Show func(v lua.LValue) string
}

// Sizes of Lua's stacks. A thread starts small, because every pcall has one.
const (
	callDepthMax   = 5000    // Lua calls inside each other; a traceback costs the square of it
	registrySlots  = 256     // initial values on a thread's stack
	registryMax    = 1 << 20 // most values on a thread's stack
	registryGrowth = 4096
)

// Runtime is one Lua state with AeroDB's differences installed.
type Runtime struct {
	L       *lua.LState
	Globals *lua.LTable // what scripts see; strict
	Session *lua.LTable // what the prompt sees: its own variables, then Globals

	opts      Options
	functions map[string]*lua.LFunction // what markers in a compiled chunk stand for
	sources   map[string][]string       // lines of each chunk, for error reports
	scriptDir string                    // where require looks
	depth     int                       // protected calls inside each other
	idle      []*lua.LState             // threads of ended protected calls, for the next
	trace     string                    // inside an xpcall handler: the traceback of its error
	random    *rand.Rand
	started   time.Time
	exit      *Exit
	cancel    context.CancelFunc
}

// Exit is the error of a chunk that called os.exit.
type Exit struct{ Code int }

// Error says what ended the chunk.
func (e *Exit) Error() string { return fmt.Sprintf("the script ended with exit code %d", e.Code) }

// New returns a runtime with Lua's libraries open.
func New(opts Options) *Runtime {
	L := lua.NewState(lua.Options{
		CallStackSize:       callDepthMax,
		RegistrySize:        registrySlots,
		RegistryMaxSize:     registryMax,
		RegistryGrowStep:    registryGrowth,
		MinimizeStackMemory: true,
	})
	r := &Runtime{
		L: L, Globals: L.G.Global, opts: opts,
		sources: map[string][]string{},
		random:  newRandom(opts.Seed),
		started: opts.Now(),
	}
	for _, name := range []string{"channel", "_printregs", "module", "newproxy"} {
		r.Globals.RawSetString(name, lua.LNil)
	}
	r.sortLibraries()
	r.functions = r.comparisons()
	r.functions[identity] = L.NewFunction(func(L *lua.LState) int { return 1 })
	r.functions[extend] = L.NewFunction(extendTable)
	r.installInt64()
	r.installBase()
	r.installProtected()
	r.installLoaders()
	r.installWorld()
	r.installStreams()
	r.installCoroutines()
	r.installPatterns()
	r.makeStrict()
	return r
}

// Close ends the Lua state.
func (r *Runtime) Close() { r.L.Close() }

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
// instruction, whatever pcall says. An error is a *lua.ApiError or an *Exit.
func (r *Runtime) Call(ctx context.Context, fn lua.LValue, args ...lua.LValue) ([]lua.LValue, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	L := r.L
	before, beforeCancel := L.Context(), r.cancel
	L.SetContext(ctx)
	r.cancel = cancel
	defer func() {
		r.cancel = beforeCancel
		if before == nil {
			L.RemoveContext()
		} else {
			L.SetContext(before)
		}
	}()
	top := L.GetTop()
	L.Push(fn)
	for _, a := range args {
		L.Push(a)
	}
	err := L.PCall(len(args), lua.MultRet, nil)
	r.depth = 0
	if exit := r.exit; exit != nil {
		r.exit = nil
		return nil, exit
	}
	if err != nil {
		return nil, err
	}
	var results []lua.LValue
	for i := top + 1; i <= L.GetTop(); i++ {
		results = append(results, L.Get(i))
	}
	L.SetTop(top)
	return results, nil
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
