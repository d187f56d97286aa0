package command

import (
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/runs"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/shell"
	"github.com/spf13/cobra"
)

// rehearseCommand returns `aerodb rehearse`.
func rehearseCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "rehearse FILE.lua [ARG...]",
		Short: "run a runbook on a clone and say what it would change",
		Long: "Runs a Lua script, as aerodb run does, against a clone of the database that is\n" +
			"thrown away, and reports what it would change: documents by collection, digest,\n" +
			"files. The clone is hard links and a copy of the log's end, so it costs\n" +
			"milliseconds; files that the script writes are kept apart, and starting other\n" +
			"programs is refused. No file of the database is touched, and the database may be\n" +
			"open in another process. The result is kept: aerodb run --rehearsed ID does the\n" +
			"real run and refuses if anything has changed since. With --read-only the clone\n" +
			"lies in the system's temporary directory and nothing is kept.",
		Example: "aerodb rehearse report.lua 4.5",
		Args:    parameters("FILE.lua", "[ARG...]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.configure(cmd); err != nil {
				return err
			}
			r := &rehearsal{runbook: runbook{app: a, path: args[0], args: args[1:]}, live: a.options(cmd, a.config.DataDir)}
			return r.rehearse()
		},
	}
}

// A rehearsal is a runbook that runs in a world of its own.
type rehearsal struct {
	runbook
	live    engine.Options
	store   runs.Store
	id      string // "" if nothing is kept
	overlay *vfs.Overlay
	before  *engine.DB // the live database as it was cloned
	report  rehearsalReport
}

// rehearse runs the script and throws away what it did, whatever became of it.
func (r *rehearsal) rehearse() (err error) {
	if _, err := r.read(r.path); err != nil {
		return dberr.New(dberr.ScriptError, "there is no script %s: %w", r.path, err).WithHint("check the path; it is relative to the working directory")
	}
	if r.store, err = engine.RunsOf(r.live); err != nil {
		return err
	}
	dir, remove, err := r.reserve()
	if err != nil {
		return err
	}
	defer func() {
		if r.before != nil {
			_ = r.before.Close() // read-only: nothing was written
		}
		if e := remove(); err == nil {
			err = e
		}
	}()
	if err := r.clone(dir); err != nil {
		return err
	}
	r.app.say("REHEARSAL of %s on a clone of %s: nothing that it does is kept", commandLine(r.report.script), r.live.Dir)
	err = r.perform()
	if err != nil && !r.report.complete {
		return err
	}
	if e := r.keep(); err == nil {
		err = e
	}
	if e := r.app.out.result(r.report.value(), r.report.write); err == nil {
		err = e
	}
	if e := r.app.out.flush(); err == nil { // the banner comes last
		err = e
	}
	r.app.say("REHEARSAL of %s ended: nothing was changed", commandLine(r.report.script))
	return err
}

// reserve makes the folder of the clone: in the data directory, where hard links work, or,
// if not one byte of that may change, in the system's temporary directory.
func (r *rehearsal) reserve() (dir string, remove func() error, err error) {
	if r.live.ReadOnly {
		if dir, err = r.app.temporary("rehearse"); err != nil {
			return "", nil, err
		}
		if err := r.live.FS.Mkdir(dir, vfs.DirPerm); err != nil {
			return "", nil, vfs.Wrap(err, "rehearse", dir)
		}
		return dir, func() error {
			if err := vfs.RemoveAll(r.live.FS, dir); err != nil {
				return vfs.Wrap(err, "rehearse", dir)
			}
			return nil
		}, nil
	}
	swept, err := r.store.Sweep()
	for _, name := range swept {
		r.app.say("removed what a killed rehearsal left: %s", name)
	}
	if err != nil {
		return "", nil, err
	}
	place, err := r.store.Reserve()
	if err != nil {
		return "", nil, err
	}
	r.id = place.ID
	return place.Dir, place.Remove, nil
}

// clone makes the clone, and the file system that shows it in the place of the database.
func (r *rehearsal) clone(dir string) error {
	o := r.live
	o.Logger = nil // that a copy was opened is no news
	var err error
	if r.before, r.report.clone, err = engine.CloneDir(r.app.ctx, o, path.Join(dir, "data")); err != nil {
		return err
	}
	files := path.Join(dir, "files")
	if err := o.FS.Mkdir(files, vfs.DirPerm); err != nil {
		return vfs.Wrap(err, "rehearse", files)
	}
	if r.overlay, err = vfs.NewOverlay(o.FS, files, o.Dir, path.Join(dir, "data")); err != nil {
		return vfs.Wrap(err, "rehearse", o.Dir)
	}
	if r.report.script, err = r.script(); err != nil {
		return err
	}
	r.report.id = r.id
	r.report.before, err = stateOf(r.before)
	return err
}

// perform runs the script in a session whose world is the clone's. What is done there is
// what a real run does.
func (r *rehearsal) perform() error {
	o := r.live
	o.FS, o.ReadOnly = r.overlay, false
	o.Logger = r.app.log.With("rehearsal", r.id)
	env := r.app.shellEnv(o)
	env.FS = r.overlay
	env.Open = func(name string) (fs.File, error) {
		real, err := r.overlay.Real(name)
		if err != nil {
			return nil, err
		}
		return r.app.env.Open(real)
	}
	env.Programs = dberr.New(dberr.ScriptError, "in a rehearsal no other program is started: what it did could not be taken back")
	env.Confirm = func(question string) error {
		r.app.say("rehearsal: it asks %q, and yes is assumed", question)
		r.report.asked = append(r.report.asked, question)
		return nil
	}
	start := r.app.env.Now()
	prepare := func(s *shell.Session) error { return s.Journal(shell.Runbook{Script: r.report.script}) }
	return r.app.session(o, env, prepare, func(s *shell.Session) error {
		r.outcome = r.execute(s)
		took := r.app.env.Now().Sub(start)
		run, err := s.EndRun(r.outcome, exitCode(r.app.ctx, r.outcome))
		if r.outcome != nil {
			err = r.outcome
		}
		if cerr := r.compare(s, run, took); cerr != nil {
			return cerr
		}
		return err
	})
}

// compare finds out what the script has changed, while its session is still open.
func (r *rehearsal) compare(s *shell.Session, run *runs.Run, took time.Duration) error {
	report := &r.report
	report.took, report.run, report.sources = took, run, s.Sources()
	if r.outcome != nil && exitCode(r.app.ctx, r.outcome) != 0 {
		report.failure = coded(r.outcome)
	}
	if s.DB() == nil {
		return r.outcome // the script left no database that could be compared
	}
	var err error
	if report.after, err = stateOf(s.DB()); err != nil {
		return err
	}
	if report.diff, err = engine.Diff(r.app.ctx, r.before, s.DB()); err != nil {
		return err
	}
	if report.schemas, err = newSchemas(r.before, s.DB()); err != nil {
		return err
	}
	if report.files, err = r.overlay.Changes(); err != nil {
		return vfs.Wrap(err, "rehearse", "files")
	}
	report.complete = true
	return nil
}

// newSchemas lists the schema versions that b has and a has not.
func newSchemas(a, b *engine.DB) (list []*schema.Schema, err error) {
	all, err := b.Schemas()
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if _, err := a.Schema(s.ID, s.Version); err != nil {
			list = append(list, s)
		}
	}
	return list, nil
}

// keep saves the rehearsal, so that the real run can be held to it.
func (r *rehearsal) keep() error {
	if r.id == "" {
		return nil
	}
	kept := runs.Rehearsal{Script: r.report.script, Sources: r.report.sources, Before: r.report.before.State, After: r.report.after.State, Took: r.report.took}
	if e := r.report.failure; e != nil {
		kept.Problem = &runs.Problem{Code: string(e.Code), Message: e.Text()}
	}
	return r.store.Save(r.id, kept)
}

// A databaseState is what the report says of a database.
type databaseState struct {
	runs.State
	documents int64
	bytes     int64 // of live segments and the used part of the log
}

func stateOf(db *engine.DB) (databaseState, error) {
	state, err := db.RunState()
	if err != nil {
		return databaseState{}, fmt.Errorf("rehearse: %w", err)
	}
	stats, err := db.Stats()
	return databaseState{state, stats.DocumentCount, stats.StorageSizeBytes + stats.WALSizeBytes}, err
}
