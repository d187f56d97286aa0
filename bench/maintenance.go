package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/worker"
)

// maintenance measures what operators run, on the loaded database.
func (b *bench) maintenance() error {
	also := map[string]string{"backup": "restore", "tar": "untar", "compact": "compacted"} // comes with it
	for _, op := range []string{"snapshot", "backup", "tar", "verify", "compact"} {
		if !b.wants(op) && (also[op] == "" || !b.wants(also[op])) {
			continue
		}
		b.say(op)
		if op == "tar" {
			if err := b.tars(); err != nil {
				return err
			}
			continue
		}
		if op == "snapshot" { // the changes of the rows before are not what is timed
			if err := b.snapshotBefore(); err != nil {
				return err
			}
		}
		if op == "snapshot" || op == "compact" { // something must have changed
			if err := b.each(worker.Request{Op: "mix", N: 4, Of: b.scale.Documents, Seed: b.seed}, nil); err != nil {
				return err
			}
		}
		if err := b.maintain(op); err != nil {
			return err
		}
	}
	return nil
}

// snapshotBefore makes a snapshot of every subject that has any, so that the one that is
// timed differs from the last by four changes, whatever rows were asked for.
func (b *bench) snapshotBefore() error {
	out := filepath.Join(b.dir, "out")
	for _, c := range b.children {
		if err := os.MkdirAll(out, 0o700); err != nil {
			return err
		}
		if _, _, err := c.ask(worker.Request{Op: "snapshot", Path: filepath.Join(out, "before")}); err != nil {
			return err
		}
		if err := os.RemoveAll(out); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) maintain(op string) error {
	out := filepath.Join(b.dir, "out")
	b.turns++
	for i := range b.children {
		c := b.children[(i+b.turns)%len(b.children)]
		if err := os.MkdirAll(out, 0o700); err != nil {
			return err
		}
		path := filepath.Join(out, op)
		has, err := b.maintainOne(c, worker.Request{Op: op, Path: path})
		if err != nil {
			return err
		}
		if has && op == "backup" && b.wants("restore") {
			to := filepath.Join(out, "restored")
			if err := os.Mkdir(to, 0o700); err != nil {
				return err
			}
			if _, err := b.maintainOne(c, worker.Request{Op: "restore", Path: path, To: to}); err != nil {
				return err
			}
		}
		if err := os.RemoveAll(out); err != nil {
			return err
		}
	}
	return nil
}

// maintainOne returns false if the child has nothing of the kind.
func (b *bench) maintainOne(c *child, r worker.Request) (bool, error) {
	spent, has, err := c.ask(r)
	if has && err == nil {
		b.record(r.Op, c.subject.name, milliseconds(spent))
	}
	return has, err
}

// tars times tar of each subject's directory, which nobody writes to meanwhile, and tar -x
// of that into an empty one.
func (b *bench) tars() error {
	name := filepath.Join(b.dir, "t.tar")
	for _, s := range b.subjects {
		if !s.database {
			continue
		}
		start := time.Now()
		if err := exec.CommandContext(b.ctx, "tar", "-cSf", name, "-C", b.place("load", s), ".").Run(); err != nil {
			return err
		}
		if err := store.SyncFile(name); err != nil {
			return err
		}
		b.record("tar", s.name, milliseconds(time.Since(start)))
		if b.wants("untar") {
			if err := b.untar(s, name); err != nil {
				return err
			}
		}
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) untar(s subject, name string) error {
	dir := filepath.Join(b.dir, "untarred")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	start := time.Now()
	if err := exec.CommandContext(b.ctx, "tar", "-xf", name, "-C", dir).Run(); err != nil {
		return err
	}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return store.SyncFile(path)
	})
	if err != nil {
		return err
	}
	b.record("untar", s.name, milliseconds(time.Since(start)))
	return os.RemoveAll(dir)
}
