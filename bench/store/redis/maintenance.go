package redis

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/aerodb/aerodb/bench/store"
)

const dump = "dump.rdb"

// Snapshot implements store.Snapshotter: a copy, since Redis has nothing else.
func (s *Store) Snapshot(path string) error { return s.Backup(path) }

// Backup implements store.Backuper: SAVE, which syncs the file itself.
func (s *Store) Backup(path string) error {
	if err := s.c.Save(ctx).Err(); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(s.dir.Name(), dump), path); err != nil {
		return err
	}
	return store.SyncFile(filepath.Dir(path))
}

// Restore implements store.Restorer as Redis's manual says: start without the append-only
// file, which loads the dump and checks its checksum, then switch the file on and wait
// until it is written.
func (s *Store) Restore(backup, dir string) error {
	if err := store.CopySynced(backup, filepath.Join(dir, dump)); err != nil {
		return err
	}
	restored, err := open(dir, "no")
	if err != nil {
		return err
	}
	if err = restored.c.ConfigSet(ctx, "appendonly", "yes").Err(); err == nil {
		err = restored.rewritten()
	}
	return errors.Join(err, restored.Close())
}

// Verify implements store.Verifier, with the checker that comes with the server.
func (s *Store) Verify() error {
	manifest := filepath.Join(s.dir.Name(), "appendonlydir", "appendonly.aof.manifest")
	if out, err := exec.Command("redis-check-aof", manifest).CombinedOutput(); err != nil {
		return fmt.Errorf("redis-check-aof: %w\n%s", err, out)
	}
	return nil
}

// Compact implements store.Compacter.
func (s *Store) Compact() error {
	// One may be under way already, which the server began by itself.
	if err := s.rewritten(); err != nil {
		return err
	}
	if err := s.c.BgRewriteAOF(ctx).Err(); err != nil {
		return err
	}
	return s.rewritten()
}

// rewritten waits until the append-only file is rewritten.
func (s *Store) rewritten() error {
	for {
		info, err := s.c.Info(ctx, "persistence").Result()
		if err != nil {
			return err
		}
		state := map[string]string{}
		for line := range strings.Lines(info) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			state[key] = value
		}
		switch {
		case state["aof_rewrite_in_progress"] == "1" || state["aof_rewrite_scheduled"] == "1":
			time.Sleep(time.Millisecond)
		case state["aof_last_bgrewrite_status"] != "ok":
			return fmt.Errorf("rewriting the append-only file: %s", state["aof_last_bgrewrite_status"])
		default:
			return nil
		}
	}
}
