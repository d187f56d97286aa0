package shell

import (
	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/shell/bind"
	"github.com/aerodb/aerodb/shell/progress"
)

// inputParam is the one parameter of what reads a backup.
func inputParam() []bind.Param {
	return []bind.Param{{Name: "options", Kind: bind.Options, Short: "input", Doc: "which backup", Members: []bind.Param{
		{Name: "input", Kind: bind.String, Doc: "the backup's file"},
	}}}
}

func backupFuncs(s *Session) []bind.Func {
	return []bind.Func{
		{Name: "backup",
			Doc: "Writes the whole database, as of now, to one tar. It changes nothing in the data directory and checks every file on the way. The file appears under its name only when it is whole. The same state is the same bytes.",
			Params: []bind.Param{{Name: "options", Kind: bind.Options, Short: "output", Doc: "where to", Members: []bind.Param{
				{Name: "output", Kind: bind.String, Doc: "the file to write, outside of the data directory"},
				{Name: "overwrite", Kind: bind.Bool, Optional: true, Doc: "replace a file that is there; otherwise that is an error"},
			}}},
			Returns: bind.Field{Type: "Backup", Doc: "what was written."},
			Example: "local b = storage.backup{output = dir .. \"/backup.tar\"}\nprint(b.documents, b.bytes, b.sha256)",
			Errors:  []dberr.Code{dberr.BackupFailed, dberr.StorageNoSpace, dberr.StorageCorruption},
			Call:    s.value(s.backup)},
		{Name: "inspect_backup",
			Doc:     "Reads a backup to its end, checks every byte of it and tells what it holds. Nothing is unpacked.",
			Params:  inputParam(),
			Returns: bind.Field{Type: "Backup", Doc: "what is in it."},
			Example: "storage.backup(dir .. \"/backup.tar\")\nassert(storage.inspect_backup(dir .. \"/backup.tar\").digest == storage.digest())",
			Errors:  []dberr.Code{dberr.BackupInvalid, dberr.StorageIOError},
			Call:    s.value(s.inspectBackup)},
		{Name: "drill",
			Doc: "Does all of a restore but the last step: unpacks a backup into a scratch directory, opens and checks it there, compares the digest, and removes it. The database is not touched.",
			Params: []bind.Param{{Name: "options", Kind: bind.Options, Short: "input", Doc: "which backup, and where to unpack it", Members: []bind.Param{
				{Name: "input", Kind: bind.String, Doc: "the backup's file"},
				{Name: "scratch_dir", Kind: bind.String, Optional: true, Doc: "a directory that does not exist or is empty; without it a new one in the system's temporary directory"},
			}}},
			Returns: bind.Field{Type: "Drill", Doc: "how it went, and how long each step took."},
			Example: "storage.backup(dir .. \"/backup.tar\")\nlocal drill = storage.drill{input = dir .. \"/backup.tar\"}\nassert(drill.ok and drill.digest == storage.digest())\nprint(drill.restore_ms, drill.open_ms, drill.verify_ms)",
			Errors:  []dberr.Code{dberr.BackupInvalid, dberr.RestoreFailed, dberr.StorageNoSpace},
			Call:    s.value(s.drill)},
	}
}

// steps draws the bars of a call that takes some steps.
func (s *Session) steps(labels ...string) *progress.Steps {
	return progress.NewSteps(s.env.Stderr, s.env.StderrTTY, labels...)
}

func (s *Session) backup(db *engine.DB, a *bind.Args) (document.Value, error) {
	bar := s.steps("backup")
	defer bar.Finish()
	r, err := db.BackupFile(a.Ctx, a.String("output"), a.Bool("overwrite"), bar.Set)
	return recorded(db, r, err)
}

func (s *Session) inspectBackup(_ *engine.DB, a *bind.Args) (document.Value, error) {
	f, total, err := s.open("inspect", a.String("input"))
	if err != nil {
		return document.Value{}, err
	}
	defer f.Close()
	bar := s.steps("inspect")
	defer bar.Finish()
	return valueOf(engine.InspectBackup(a.Ctx, f, a.String("input"), s.env.Now, func(done, _ int64) { bar.Set(done, total) }))
}

func (s *Session) drill(db *engine.DB, a *bind.Args) (document.Value, error) {
	f, _, err := s.open("drill", a.String("input"))
	if err != nil {
		return document.Value{}, err
	}
	defer f.Close()
	o := s.env.Database
	o.ReadOnly = false // that is said of the data directory
	o.Logger = nil     // the result says everything; the log is the live database's
	if o.Dir = a.String("scratch_dir"); o.Dir == "" {
		if o.Dir, err = s.scratch("drill"); err != nil {
			return document.Value{}, err
		}
	}
	bar := s.steps("restore", "check", "verify")
	defer bar.Finish()
	r, err := engine.Drill(a.Ctx, o, f, engine.RestoreOptions{Path: a.String("input"), Progress: bar.Set})
	return recorded(db, r, err)
}

// scratch returns a name for a directory that lives as long as one call.
func (s *Session) scratch(what string) (string, error) {
	if s.env.Scratch == nil {
		return "", dberr.New(dberr.ScriptError, "this session has no place for a scratch directory")
	}
	return s.env.Scratch(what)
}
