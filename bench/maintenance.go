package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/worker"
)

// maintenance measures what operators run, on the loaded database.
func (b *bench) maintenance() error {
	for _, op := range []string{"snapshot", "backup", "tar", "verify", "compact"} {
		if !b.wants(op) && !(op == "compact" && b.wants("compacted")) {
			continue
		}
		b.say(op)
		if op == "tar" {
			if err := b.tars(); err != nil {
				return err
			}
			continue
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

func (b *bench) maintain(op string) error {
	out := filepath.Join(b.dir, "out")
	b.turns++
	for i := range b.children {
		c := b.children[(i+b.turns)%len(b.children)]
		if err := os.MkdirAll(out, 0o700); err != nil {
			return err
		}
		spent, has, err := c.ask(worker.Request{Op: op, Path: filepath.Join(out, op)})
		if err != nil {
			return err
		}
		if has {
			b.record(op, c.subject.name, milliseconds(spent))
		}
		if err := os.RemoveAll(out); err != nil {
			return err
		}
	}
	return nil
}

// tars times tar of each subject's directory, which nobody writes to meanwhile.
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
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return nil
}
