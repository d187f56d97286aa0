package command

import (
	"context"
	"log/slog"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/spf13/cobra"
)

// options returns the engine's options for the database in dir, opened by cmd.
func (a *app) options(cmd *cobra.Command, dir string) engine.Options {
	c := a.config
	command := cmd.CommandPath()
	if cmd.Name() == "run" && cmd.Flags().NArg() > 0 {
		command += " " + cmd.Flags().Arg(0) // whoever waits for the lock wants to know
	}
	bar := a.steps("replay the log")
	replayed := func(done, total int64) {
		bar.Set(done, total)
		if done == total {
			bar.Finish()
		}
	}
	return engine.Options{
		ReplayProgress: replayed,
		Dir:            dir, FS: a.env.FS, Now: a.env.Now, Rand: a.env.Rand, Logger: a.log,
		Command: command, Pid: a.env.Pid, ReadOnly: a.flags.readOnly,
		WALMaxSize: c.WAL.MaxSize, WALOnFull: engine.OnFull(c.WAL.OnFull),
		SnapshotsKeep: c.Snapshots.Keep, CacheSize: c.Memory.CacheSize,
		SlowOperation:   time.Duration(c.Log.SlowMS) * time.Millisecond,
		Verify:          engine.VerifyMode(c.Startup.Verify),
		DocumentSizeMax: c.Limits.DocumentSize, QueryLimitMax: c.Limits.QueryLimit,
	}
}

// reported silences the log of a call whose report says everything: on standard
// error it would repeat that, unless somebody wants to see all there is.
func (a *app) reported(o *engine.Options) {
	if a.config.Log.File == "" && !a.log.Enabled(a.ctx, slog.LevelDebug) {
		o.Logger = nil
	}
}

// openDatabase opens a database, and notes which for the end of the process.
func (a *app) openDatabase(ctx context.Context, o engine.Options) (*engine.DB, error) {
	db, err := engine.Open(ctx, o)
	if err == nil {
		a.db.Store(db)
	}
	return db, err
}

// opened is a command's body that works on the open database. The database is
// closed, which seals its WAL, before the command ends.
func (a *app) opened(run func(db *engine.DB, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := a.configure(cmd); err != nil {
			return err
		}
		db, err := a.openDatabase(a.ctx, a.options(cmd, a.config.DataDir))
		if err != nil {
			return err
		}
		err = run(db, args)
		if e := db.Close(); err == nil {
			err = e
		}
		return err
	}
}
