package shell

import (
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell/bind"
)

// modules lists every module that Lua sees, in the order of help and of the pages.
func (s *Session) modules() bind.Registry {
	return bind.Registry{
		storageModule(s),
		dbModule(s),
		collectionModule(s),
		iteratorModule(s),
		jsonModule(s),
		runbookModule(s),
		filesModule(s),
		formatModule(s),
		retentionModule(s),
		reportModule(s),
		globalsModule(s),
	}
}

// Documentation returns the registry of a session that is none: good for help, pages
// and annotations, not for calls.
func Documentation() bind.Registry { return (&Session{}).modules() }

// Pages are the reference pages by file name, made from the registry.
func Pages() map[string]string {
	r := Documentation()
	runbook, _ := r.Find("step")
	return map[string]string{
		"storage.md": bind.Page("Lua: storage", "The machine room: everything that concerns the files and not the documents.\n"+
			"Every function takes at most one table of options, or the one obvious string, runs until its\neffect is durable, and returns a table. Sizes are bytes, durations milliseconds, times RFC 3339 UTC.",
			r.Module("storage")),
		"db.md": bind.Page("Lua: db", "The data: schemas, collections and their documents. `db.users` is the newest version of the\ncollection `users`; "+
			"a function of `db` wins over a collection of the same name, which `db.collection` still reaches.",
			r.Module("db"), r.Module("collection"), r.Module("iterator")),
		"runbook.md": bind.Page("Lua: runbooks", "What helps an operator to write runbooks; [RUNBOOKS](../RUNBOOKS.md) shows how it goes together.",
			runbook, r.Module("files"), r.Module("format"), r.Module("retention"), r.Module("report")),
		"globals.md": bind.Page("Lua: the other globals", "What AeroDB adds to Lua 5.1 beside `storage` and `db`. How its Lua differs: [language](language.md).",
			r[len(r)-1], r.Module("json")),
	}
}

// Annotations is the content of lualib/aerodb.lua.
func Annotations() string { return Documentation().Annotations() }

// codes that any call on the database may raise are not repeated in every entry.
var writeErrors = []dberr.Code{dberr.DatabaseReadOnly, dberr.WALFull, dberr.StorageNoSpace}
