// Package bind describes the functions that Lua sees, once.
//
// A Func holds a name, parameters, documentation, an example and the Go function that
// does the work. Everything else is made from that one entry: the strict check of the
// arguments, help("storage.snapshot"), completion, the reference pages under docs/lua
// and the annotations for editors in lualib/aerodb.lua.
//
// To add a function, add an entry to the list of its module; to add a module, add it
// to the list in package shell. Nothing registers itself.
package bind
