// Package lualib is the Lua that ships inside the binary: helpers for runbooks. Each file is
// a module that returns a table of functions; package shell binds, checks and documents
// them, and loads a module when one of its functions is first called. aerodb.lua is not
// run: it is for editors.
//
// A module is called with a table of what only Go can do: raise(code, message, hint) and
// sleep(ms).
package lualib

import "embed"

//go:embed *.lua
var files embed.FS

// Source returns the text of a module.
func Source(module string) (string, error) {
	text, err := files.ReadFile(module + ".lua")
	return string(text), err
}
