package engine

import (
	"errors"
	"path"

	"github.com/aerodb/aerodb/engine/vfs"
)

// settle makes durable that CURRENT and CHECKPOINT are the files that were read. A
// process that was killed between a rename and its sync leaves a name that is in
// the page cache only: it must not be built upon, nor may what the name before
// reached be swept, while a power cut can bring that one back.
//
// Nothing is in doubt, and so nothing is done, if the log is sealed and nothing is left
// over. A checkpoint begins a log that is not sealed; where it keeps the log, it leaves
// the segments that only the one before named until its own name is durable. A restore
// leaves the generation before it or its mark, an undo or a drop the other generation.
// What remains is the CHECKPOINT of a snapshot, which names one segment more than the
// one that a power cut would bring back: that one is as good, with the same log.
func (db *DB) settle(s *sweeper) error {
	if db.opts.ReadOnly {
		return nil
	}
	doubt := !db.recovery.Sealed || len(s.leftovers) > 0
	if doubt || db.previous != "" {
		if err := db.settleName(nameCurrent); err != nil {
			return err
		}
	}
	if doubt {
		if err := db.settleName(db.gen.checkpoint()); err != nil {
			return err
		}
	}
	return nil
}

// settleName puts the bytes of a file under its name once more: a sync that failed may
// have dropped the rename, and a later one would say nothing of it. Where there is no
// room for that, a sync of the folder has to do, since recovery must not need any.
func (db *DB) settleName(name string) error {
	dir, base := path.Split(name)
	data, err := db.readFile(name)
	if err != nil {
		return err
	}
	err = vfs.Publish(db.fs, db.path(dir), base, data, fileMode)
	if !vfs.IsNoSpace(err) || errors.Is(err, vfs.ErrUnsynced) {
		return wrapIO(err, "recovery.settle", name)
	}
	db.log.Warn("recovery.no_space", "file", name, "error", err.Error())
	return wrapIO(db.fs.SyncDir(db.path(dir)), "recovery.settle", dir)
}

// settleSnapshot makes the name of a snapshot durable that nothing names yet.
// Whoever gave it the name may have died of the sync, so it is given once more.
func (db *DB) settleSnapshot(id string) error {
	dir := path.Join(nameSnapshots, id)
	err := db.fs.Rename(db.path(dir), db.path(dir+suffixTemporary))
	if err == nil {
		err = db.fs.Rename(db.path(dir+suffixTemporary), db.path(dir))
	}
	if err == nil {
		err = db.fs.SyncDir(db.path(nameSnapshots))
	}
	return wrapIO(err, "snapshot.settle", dir)
}
