package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/vfs"
)

// holder is what LOCK tells of the process that holds it. It only informs: the
// kernel's lock decides.
type holder struct {
	Pid     int    `json:"pid"`
	Command string `json:"command"`
	Started string `json:"started"` // RFC 3339, UTC
}

// line returns the text of LOCK: one line of JSON, filled up with spaces. It is written at
// every open, and encoding/json takes longer to find out how than the lock to take.
func (h holder) line() []byte {
	b := strconv.AppendInt(append(make([]byte, 0, lockBytes), `{"pid":`...), int64(h.Pid), 10)
	b = document.AppendQuoted(append(b, `,"command":`...), strings.ToValidUTF8(h.Command, "\ufffd"))
	b = document.AppendQuoted(append(b, `,"started":`...), h.Started)
	return fillLine(append(b, '}'))
}

// fillLine fills a line up with spaces, to lockBytes with its end if it is not longer.
func fillLine(b []byte) []byte {
	for len(b) < lockBytes-1 {
		b = append(b, ' ')
	}
	return append(b, '\n')
}

const (
	// lockBytes is the size of LOCK, unless a very long command is in it. It stays when the
	// text goes, since the same bytes again are written in a tenth of the time of the first.
	lockBytes    = 512
	lockBytesMax = 4096
)

// takeLock takes the kernel's lock on LOCK, which is never replaced or removed,
// and writes down who holds it.
func takeLock(o Options) (vfs.File, error) {
	name := path.Join(o.Dir, nameLock)
	f, err := o.FS.Lock(name)
	if errors.Is(err, vfs.ErrLocked) {
		return nil, lockedError(o, name, err)
	}
	if err != nil {
		e := vfs.Wrap(err, "lock", nameLock)
		if vfs.IsPermission(err) {
			_ = e.WithHint("use an account that may write to %s, or open it with --read-only", o.Dir)
		}
		return nil, e
	}
	if err := sign(f, o); err != nil {
		// The lock is held all the same; only who holds it stays unsaid.
		o.Logger.Warn("lock.unsigned", "error", err.Error())
	}
	return f, nil
}

// sign writes into LOCK who holds it. A killed holder has left its own text there.
func sign(f vfs.File, o Options) error {
	return rewrite(f, holder{o.Pid, o.Command, rfc3339(o.Now())}.line())
}

// unsign takes the text out of LOCK, so that nobody is told of a holder that has
// gone.
func (db *DB) unsign() {
	if err := rewrite(db.lock, fillLine(make([]byte, 0, lockBytes))); err != nil {
		db.log.Warn("lock.unsigned", "error", err.Error())
	}
}

// rewrite makes line all that is in LOCK.
func rewrite(f vfs.File, line []byte) error {
	info, err := f.Stat()
	if err == nil && info.Size() > int64(len(line)) {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = f.WriteAt(line, 0)
	}
	return err
}

// lockedError says who holds the lock. The kernel knows the process; the text knows
// more of it, if it is that process's: a killed one leaves its own, a reader writes
// none, and one that has just come has not written it yet.
func lockedError(o Options, name string, cause error) error {
	message := "another process has the database open"
	e := dberr.New(dberr.DatabaseLocked, "%s", message)
	pid := vfs.HolderPid(cause)
	data, err := vfs.ReadFile(o.FS, name, lockBytesMax)
	var h holder
	switch {
	case err == nil && json.Unmarshal(data, &h) == nil && h.Pid != 0 && (pid == 0 || pid == h.Pid):
		e.Message = fmt.Sprintf("%s: pid %d (%s), since %s", message, h.Pid, h.Command, h.Started)
		_ = e.With("pid", int64(h.Pid)).With("command", h.Command).With("started", h.Started)
	case pid != 0:
		e.Message = fmt.Sprintf("%s: pid %d", message, pid)
		_ = e.With("pid", int64(pid))
	}
	return e.In(o.Dir).WithHint("wait for it or stop it; meanwhile aerodb check, verify, rehearse and stats --watch work, and a snapshot's folder can be opened: --data-dir DIR/snapshots/ID")
}

// takeReadLock makes sure that no process has the database open for writing, for
// as long as it is held; readers do not exclude each other. It changes nothing.
// Where there is no LOCK, on a copy of a directory, there is nobody to exclude.
func takeReadLock(o Options) (vfs.File, error) {
	name := path.Join(o.Dir, nameLock)
	f, err := o.FS.LockShared(name)
	switch {
	case errors.Is(err, vfs.ErrLocked) && o.Unlocked:
		return nil, nil
	case errors.Is(err, vfs.ErrLocked):
		return nil, lockedError(o, name, err)
	case vfs.IsNotExist(err):
		return nil, nil
	}
	return f, wrapIO(err, "lock", nameLock)
}

// isHeld reports whether another process has the database open for writing.
func isHeld(o Options) bool {
	f, err := o.FS.LockShared(path.Join(o.Dir, nameLock))
	if err == nil {
		_ = f.Close() // nothing was written
	}
	return errors.Is(err, vfs.ErrLocked)
}
