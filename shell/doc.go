// Package shell is AeroDB's Lua: it opens no database and owns no terminal, but binds
// the one it is given to the tables storage and db, runs chunks against it and turns
// what goes wrong into errors that say where and what to do.
//
//	lang     the language: exact integers, strict globals, protected calls
//	convert  Lua values to JSON and back
//	bind     the registry of functions: checks, help, pages, annotations
//	render   values as text: tables, JSON, Lua
//	progress bars on a terminal
//	repl     the prompt
//
// Each Lua module is one file here and one list of entries: storage.go, db.go,
// collection.go, json.go, globals.go. registry.go names them all.
package shell
