package engine

import (
	"fmt"
	"path"
	"strconv"
	"time"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/wal"
)

// Bounds are what Check holds a database to. Zero asks for nothing.
type Bounds struct {
	Recovery  time.Duration // the next recovery, as predicted
	BackupAge time.Duration // since the last backup
	DrillAge  time.Duration // since the last drill that went well
	WAL       float64       // used of the log, from 0 to 1
}

// A Finding is how one bound is kept.
type Finding struct {
	Name    string // "wal", "recovery", "backup", "drill"
	OK      bool
	Message string
	Command string // what mends it; empty if there is nothing to mend
}

// CheckResult is what Check found.
type CheckResult struct {
	UUID     string
	Findings []Finding
	WALUsed  int64         // bytes
	WALLimit int64         // bytes
	Recovery time.Duration // of the next open, as predicted
	Measured bool          // whether that is from a replay rate that was measured here
	Backup   *HistoryEntry // the last; nil if there was none
	Drill    *HistoryEntry // the last, however it went
}

// OK reports whether all bounds are kept.
func (r *CheckResult) OK() bool {
	for _, f := range r.Findings {
		if !f.OK {
			return false
		}
	}
	return true
}

// Value returns the result as users see it.
func (r CheckResult) Value() document.Value {
	var o object
	o.add("ok", document.BoolValue(r.OK()))
	o.str("uuid", r.UUID)
	o.num("wal_size_bytes", r.WALUsed)
	o.num("wal_limit_bytes", r.WALLimit)
	o.ms("predicted_recovery_ms", r.Recovery)
	o.add("recovery_rate_measured", document.BoolValue(r.Measured))
	if r.Backup != nil {
		o.time("last_backup_time", r.Backup.Time)
	}
	if r.Drill != nil {
		o.time("last_drill_time", r.Drill.Time)
	}
	var items []document.Value
	for _, f := range r.Findings {
		var c object
		c.str("name", f.Name)
		c.add("ok", document.BoolValue(f.OK))
		c.str("message", f.Message)
		if f.Command != "" {
			c.str("command", f.Command)
		}
		items = append(items, c.value())
	}
	o.add("checks", document.ArrayValue(items...))
	return o.value()
}

// replayRateAssumed, in bytes of the log a second, is what a recovery is predicted by
// where none was measured yet: below what a slow machine reaches.
const replayRateAssumed = 20 << 20

// checkTries is how often Check looks again when the process that has the database open
// takes away what it was about to read.
const checkTries = 5

// Check looks at a database from outside, beside the process that has it open if there
// is one: how full the log is, how long the next recovery would take, how old the last
// backup and the last drill are. It reads a few small files and no data, and changes
// nothing. What is not kept is in the result; an error says that it could not look.
func Check(o Options, b Bounds) (CheckResult, error) {
	o = o.withDefaults()
	o.ReadOnly = true
	if err := o.check(); err != nil {
		return CheckResult{}, err
	}
	if err := isDatabase(o); err != nil {
		return CheckResult{}, err
	}
	var r CheckResult
	for try := 1; ; try++ {
		var err error
		if r, err = look(o); err == nil {
			break
		}
		if !isHeld(o) || try == checkTries {
			return CheckResult{}, err
		}
	}
	now := o.Now()
	if b.WAL > 0 {
		r.Findings = append(r.Findings, r.walFinding(b.WAL))
	}
	if b.Recovery > 0 {
		r.Findings = append(r.Findings, r.recoveryFinding(b.Recovery))
	}
	if b.BackupAge > 0 {
		r.Findings = append(r.Findings, ageFinding("backup", r.Backup, now, b.BackupAge, "aerodb backup --output FILE.tar"))
	}
	if b.DrillAge > 0 {
		r.Findings = append(r.Findings, ageFinding("drill", r.Drill, now, b.DrillAge, "aerodb drill --input FILE.tar"))
	}
	return r, nil
}

// look reads what Check needs.
func look(o Options) (CheckResult, error) {
	db := newDB(o)
	current, err := db.readCurrent()
	if err != nil {
		return CheckResult{}, err
	}
	db.gen = generation(current.Generation)
	if err := db.readIdentity(); err != nil {
		return CheckResult{}, err
	}
	m, err := db.readManifest()
	if err != nil {
		return CheckResult{}, err
	}
	if m.UUID != db.identity.UUID || current.UUID != db.identity.UUID {
		return CheckResult{}, db.foreign(db.gen.checkpoint(), m.UUID)
	}
	r := CheckResult{UUID: m.UUID}
	if err := r.lookAtLog(db, m); err != nil {
		return r, err
	}
	entries, err := db.History()
	if err != nil {
		return r, err
	}
	r.Backup = db.lastOf(entries, OpBackup)
	for i := range entries {
		if e := &entries[i]; e.Op == OpDrill && e.UUID == db.identity.UUID {
			r.Drill = e
		}
	}
	r.Recovery, r.Measured = db.predictRecovery(entries, r.WALUsed)
	return r, nil
}

// predictRecovery says how long replaying so many bytes of the log takes, and whether by
// a rate that HISTORY has a measurement of.
func (db *DB) predictRecovery(entries []HistoryEntry, bytes int64) (d time.Duration, measured bool) {
	rate := float64(replayRateAssumed)
	if e := db.lastOf(entries, OpRecovery); e != nil && e.Duration > 0 {
		rate, measured = float64(e.Bytes)/e.Duration.Seconds(), true
	}
	return time.Duration(float64(bytes) / rate * float64(time.Second)), measured
}

func (r *CheckResult) lookAtLog(db *DB, m manifest.Manifest) error {
	name := path.Join(db.gen.wal(), m.WAL.File)
	used, _, err := wal.Extent(db.fs, db.path(name))
	if err != nil {
		return dberr.From(err).In(name)
	}
	r.WALUsed, r.WALLimit = used, db.walLimit()
	return nil
}

func (r *CheckResult) walFinding(most float64) Finding {
	part := float64(r.WALUsed) / float64(r.WALLimit)
	f := Finding{Name: "wal", OK: part <= most}
	f.Message = fmt.Sprintf("the log is %.0f%% full, %d of %d bytes", part*100, r.WALUsed, r.WALLimit)
	if !f.OK {
		f.Message += fmt.Sprintf("; at most %s%% is asked for", strconv.FormatFloat(most*100, 'g', 4, 64))
		f.Command = "aerodb checkpoint"
	}
	return f
}

func (r *CheckResult) recoveryFinding(most time.Duration) Finding {
	f := Finding{Name: "recovery", OK: r.Recovery <= most}
	basis := "by the rate of the last recovery"
	if !r.Measured {
		basis = "by a cautious rate; none was measured yet"
	}
	f.Message = fmt.Sprintf("the next recovery takes %s, %s", spanText(r.Recovery), basis)
	if !f.OK {
		f.Message += fmt.Sprintf("; at most %s is asked for", spanText(most))
		f.Command = "aerodb checkpoint"
	}
	return f
}

// ageFinding compares the age of an operation, which is never negative: a clock that
// stepped back makes it new.
func ageFinding(name string, last *HistoryEntry, now time.Time, most time.Duration, command string) Finding {
	switch {
	case last == nil:
		return Finding{Name: name, Message: fmt.Sprintf("no %s was ever made", name), Command: command}
	case !last.OK:
		return Finding{Name: name, Message: fmt.Sprintf("the last %s, of %s, failed", name, rfc3339(last.Time)), Command: command}
	}
	age := max(now.Sub(last.Time), 0)
	f := Finding{Name: name, OK: age <= most, Message: fmt.Sprintf("the last %s is %s old", name, spanText(age))}
	if !f.OK {
		f.Message += fmt.Sprintf("; at most %s is asked for", spanText(most))
		f.Command = command
	}
	return f
}

// spanText writes a time span for a person, in the largest unit that has two of it.
func spanText(d time.Duration) string {
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"days", 24 * time.Hour}, {"hours", time.Hour}, {"minutes", time.Minute}} {
		if d >= 2*unit.size {
			return fmt.Sprintf("%d %s", d/unit.size, unit.name)
		}
	}
	if d < 100*time.Millisecond {
		return "less than 0.1 s"
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
