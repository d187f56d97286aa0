// Package selftest tests the disk that a database is to lie on, with what AeroDB asks
// of a disk: that a sync takes the time a sync takes, that names can be linked, replaced
// and made durable, that a lock keeps a second process out, and that a database whose
// processes are killed again and again loses nothing that was acknowledged.
//
// Everything happens in one scratch folder, which is removed at the end whatever the
// end is. Each check has a verdict: ok; warn, where AeroDB works but the operator should
// know; FAIL, where a database does not belong there.
//
// A killed process shows what the program and the file system do. What a drive does
// when the power goes can be shown by nothing but taking the power away; the time of
// a sync is the best hint there is.
package selftest

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

// Options say what to test, and how.
type Options struct {
	Dir     string // an existing directory on the disk in question
	FS      vfs.FS
	Now     func() time.Time
	Rand    io.Reader     // names the scratch folder and its database
	Seed    uint64        // of the writes and of the moments of the kills
	Rounds  int           // of the crash loop
	TimeMax time.Duration // the crash loop begins no round after it; 0 is no limit
	WALSize int64         // in bytes, of the log that a database of this configuration reserves
	Start   Start         // starts processes of this program
	// Progress is called after each round of the crash loop.
	Progress func(done, total int64)
}

// A Status is what a check found.
type Status string

// The statuses.
const (
	OK   Status = "ok"
	Warn Status = "warn"
	Fail Status = "FAIL"
	Skip Status = "skipped"
)

// A Verdict is the outcome of one check.
type Verdict struct {
	Check    string
	Status   Status
	Measured string
	Meaning  string
}

// Result is what a test found.
type Result struct {
	Dir        string
	FileSystem string // its type
	Verdicts   []Verdict
	Sync       time.Duration // median of an fdatasync behind a small write; 0 if it failed
	Rounds     int
	Kills      int
	Writes     int // acknowledged in the crash loop
	Seed       uint64
	Duration   time.Duration
}

// Count returns how many checks have a status.
func (r *Result) Count(s Status) (n int) {
	for _, v := range r.Verdicts {
		if v.Status == s {
			n++
		}
	}
	return n
}

// scratchPrefix begins the name of the scratch folder.
const scratchPrefix = "aerodb-selftest-"

// A test is one run.
type test struct {
	Options
	scratch string
	result  Result
}

// Run tests the disk below Dir. The error is of a test that could not be made or was
// interrupted; what the disk cannot do is in the result.
func Run(ctx context.Context, o Options) (Result, error) {
	t := &test{Options: o, result: Result{Dir: o.Dir, Seed: o.Seed}}
	if err := t.refuse(); err != nil {
		return t.result, err
	}
	began := o.Now()
	old, err := t.makeScratch()
	if err != nil {
		return t.result, err
	}
	err = t.checks(ctx)
	t.result.Duration = o.Now().Sub(began)
	if rerr := vfs.RemoveAll(o.FS, t.scratch); rerr != nil {
		err = errors.Join(err, vfs.Wrap(rerr, "selftest", t.scratch).WithHint("remove it: nothing else is in it"))
	}
	if err == nil && len(old) > 0 {
		t.verdict("leftovers", Warn, strings.Join(old, ", "), "an earlier selftest was killed: remove it once none is running")
	}
	return t.result, err
}

func (t *test) verdict(check string, s Status, measured, meaning string) {
	t.result.Verdicts = append(t.result.Verdicts, Verdict{check, s, measured, meaning})
}

const hintDir = "name an existing directory on the disk in question that this account may write to"

// refuse refuses what is no directory and what is, or lies in, a database.
func (t *test) refuse() error {
	info, err := t.FS.Stat(t.Dir)
	switch {
	case err != nil:
		return vfs.Wrap(err, "selftest", t.Dir).WithHint(hintDir)
	case !info.IsDir():
		return dberr.New(dberr.ConfigInvalid, "it is not a directory").In(t.Dir).WithHint(hintDir)
	}
	for dir := t.Dir; ; {
		for _, name := range []string{"CURRENT", "generations", "RESTORING.tmp"} {
			if _, err := t.FS.Stat(dir + "/" + name); err == nil {
				return dberr.New(dberr.ConfigInvalid, "%s is a database, or was to be one: it holds %s", dir, name).In(t.Dir).
					WithHint("name a directory beside it, on the same disk; nothing was touched")
			}
		}
		// The parent that the file system knows: dir may be a symbolic link.
		up := dir + "/.."
		if _, err := t.FS.Stat(up); err != nil || vfs.SameFile(t.FS, up, dir) {
			return nil
		}
		dir = up
	}
}

// makeScratch makes the scratch folder, and lists those of earlier runs.
func (t *test) makeScratch() (old []string, err error) {
	var random [8]byte
	if _, err := io.ReadFull(t.Rand, random[:]); err != nil {
		return nil, dberr.New(dberr.StorageIOError, "no random bytes for the name of the scratch folder: %w", err)
	}
	entries, err := t.FS.ReadDir(t.Dir)
	if err != nil {
		return nil, vfs.Wrap(err, "selftest", t.Dir)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), scratchPrefix) {
			old = append(old, e.Name())
		}
	}
	t.scratch = path.Join(t.Dir, scratchPrefix+hex.EncodeToString(random[:]))
	if err := t.FS.Mkdir(t.scratch, vfs.DirPerm); err != nil {
		return nil, vfs.Wrap(err, "selftest", t.scratch).WithHint(hintDir)
	}
	return old, nil
}

// checks makes all checks, in their order.
func (t *test) checks(ctx context.Context) error {
	if err := t.statfs(); err != nil {
		return err
	}
	for _, check := range []func(){t.syncs, t.dirSync, t.rename, t.link} {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		check()
	}
	if t.result.Count(Fail) > 0 {
		const why = "a check before it failed"
		t.verdict("locks", Skip, "", why)
		t.verdict("crash loop", Skip, "", why)
		return nil
	}
	return t.database(ctx)
}

// tried gives a check its verdict: ok with what it measured, or FAIL.
func (t *test) tried(check string, err error, measured, meaning, failure string) {
	if err != nil {
		t.verdict(check, Fail, vfs.Wrap(err, "selftest", "").Text(), failure)
		return
	}
	t.verdict(check, OK, measured, meaning)
}

func (t *test) path(name string) string { return path.Join(t.scratch, name) }

// us writes the duration of a sync.
func us(d time.Duration) string {
	switch {
	case d < 10*time.Microsecond:
		return fmt.Sprintf("%.1f us", float64(d)/float64(time.Microsecond))
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%d us", d.Microseconds())
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}
