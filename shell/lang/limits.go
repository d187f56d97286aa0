package lang

import (
	"sync"

	lua "github.com/yuin/gopher-lua"
)

// StringBytesMax is the longest string, in bytes, that an operator or a library function
// makes. It keeps one instruction from taking more memory than the watch of a call (see
// memory.go) can see in time.
const StringBytesMax = 256 << 20

// Limits of what runs inside what. Every level of a call through a metamethod or a library
// function takes a part of the Go stack, and a Go stack that is used up ends the process.
// So the sum over all threads has a limit too: at most nestingMax threads, of which only
// the first wideThreads may hold callDepthMax calls.
const (
	nestingMax      = 200  // protected calls and coroutines inside each other; Lua's own limit
	callDepthMax    = 5000 // calls inside each other in one of the outer wideThreads
	threadDepthMax  = 1000 // the same in a thread further in, and in a coroutine
	wideThreads     = 4
	idleThreadsMax  = 16 // threads kept for the next protected call
	arrayIndexMax   = 1 << 25
	registrySlots   = 256       // initial values on a thread's stack; it starts small, because every pcall has one
	registryMax     = 1 << 20   // most values on a thread's stack
	registryGrowth  = 1 << 14   // values it grows by
	constantsMax    = 1 << 16   // distinct literals and names of one function; compiling costs their square
	instructionsMax = 1<<17 - 1 // of one function; a jump reaches no further
	sourceBytesMax  = 64 << 20  // what load's reader function may give
)

// setArrayLimit sets where the library's tables begin to hash integer keys. An array holds
// every index up to the largest, so this is what t[n] = 1 can take in one instruction: half
// a gigabyte. The library keeps the number in a variable of its package.
var setArrayLimit = sync.OnceFunc(func() { lua.MaxArrayIndex = arrayIndexMax })
