package engine_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
)

func TestCheck(t *testing.T) {
	db, o := newDB(t)
	c := people(t, db)
	mem := o.FS.(*vfs.Mem)
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	o.Now = func() time.Time { return at }
	all := engine.Bounds{Recovery: 2 * time.Second, BackupAge: 24 * time.Hour, DrillAge: 7 * 24 * time.Hour, WAL: 0.8}
	expect := func(b engine.Bounds, want string) {
		t.Helper()
		before := mem.Hash()
		r, err := engine.Check(o, b)
		mustDo(t, err)
		var got []string
		for _, f := range r.Findings {
			line := f.Name
			if !f.OK {
				line += "!"
				if f.Command == "" || !strings.Contains(f.Message, "asked for") && !strings.Contains(f.Message, "ever") && !strings.Contains(f.Message, "failed") {
					t.Errorf("says too little: %+v", f)
				}
			}
			got = append(got, line)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s, want %s: %+v", s, want, r.Findings)
		}
		if mem.Hash() != before {
			t.Error("checking changed a byte")
		}
	}
	expect(engine.Bounds{}, "")
	expect(all, "wal recovery backup! drill!")
	uuid := db.Identity().UUID
	record := func(e engine.HistoryEntry) {
		e.Duration = time.Second
		engine.Record(o, e)
	}
	record(engine.HistoryEntry{Op: engine.OpBackup, OK: true, UUID: uuid})
	record(engine.HistoryEntry{Op: engine.OpDrill, OK: true, UUID: uuid})
	record(engine.HistoryEntry{Op: engine.OpDrill, OK: false, UUID: "another"})
	expect(all, "wal recovery backup drill")
	at = at.Add(25 * time.Hour)
	expect(all, "wal recovery backup! drill")
	at = at.Add(-1000 * time.Hour) // no age is negative
	expect(all, "wal recovery backup drill")
	at = at.Add(1000*time.Hour + 7*24*time.Hour)
	expect(all, "wal recovery backup! drill!")
	record(engine.HistoryEntry{Op: engine.OpBackup, OK: true, UUID: uuid})
	record(engine.HistoryEntry{Op: engine.OpDrill, OK: false, UUID: uuid})
	expect(all, "wal recovery backup drill!")
	// A log that fills, and a rate of replay that was measured: 1 KiB a second.
	record(engine.HistoryEntry{Op: engine.OpRecovery, OK: true, UUID: uuid, Bytes: 1 << 10})
	expect(engine.Bounds{Recovery: 2 * time.Second, WAL: 0.8}, "wal recovery")
	for i := range 11 {
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%d","name":"%s"}`, i, bytes.Repeat([]byte{'x'}, 1000))))
	}
	expect(engine.Bounds{Recovery: 2 * time.Second, WAL: 0.99}, "wal recovery!")
	for i := range 2 {
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"more%d","name":"x"}`, i)))
	}
	s, err := db.Stats()
	mustDo(t, err)
	r, err := engine.Check(o, all)
	mustDo(t, err)
	if r.WALUsed != s.WALSizeBytes || r.WALLimit != s.WALLimitBytes || !r.Measured || r.OK() {
		t.Errorf("%+v, stats say %d of %d", r, s.WALSizeBytes, s.WALLimitBytes)
	}
	expect(engine.Bounds{WAL: float64(s.WALSizeBytes)/float64(s.WALLimitBytes) - 0.01}, "wal!")
	_, err = db.Checkpoint(ctx)
	mustDo(t, err)
	expect(engine.Bounds{Recovery: 2 * time.Second, WAL: 0.8}, "wal recovery")
	mustDo(t, db.Close())
	expect(engine.Bounds{WAL: 0.8}, "wal")
	o.Dir = "nowhere"
	_, err = engine.Check(o, all)
	wantCode(t, err, dberr.DatabaseNotFound)
}

// A start that replayed much measures the rate.
func TestRecoveryIsRecorded(t *testing.T) {
	_, o := newDB(t)
	o.Dir, o.WALMaxSize = "long", 8<<20
	mustInit(t, o)
	db := mustOpen(t, o)
	c := people(t, db)
	for i := range 20 {
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%d","name":"%s"}`, i, bytes.Repeat([]byte{'x'}, 100<<10))))
	}
	mustDo(t, db.Close())
	db = mustOpen(t, o)
	list, err := db.History()
	mustDo(t, err)
	if len(list) != 1 || list[0].Op != engine.OpRecovery || list[0].Bytes < 2_000_000 || list[0].Duration <= 0 {
		t.Errorf("%+v", list)
	}
	mustDo(t, db.Close())
}

// A look from outside reads a few small files and a few sectors of the log, however much
// there is of data and log.
func TestCheckReadsLittle(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	o.WALMaxSize = 8 << 20
	mustInit(t, o)
	db := mustOpen(t, o)
	t.Cleanup(func() { _ = db.Close() })
	c := people(t, db)
	fill := func() {
		for i := range 2000 {
			mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%d-%d","name":"%s"}`, db.Sequence(), i, bytes.Repeat([]byte{'x'}, 1000))))
		}
	}
	fill()
	_, err := db.Checkpoint(ctx)
	mustDo(t, err)
	fill() // 2 MiB in a segment, 2 MiB in the log
	var calls int
	var read int64
	mem.SetFault(func(op vfs.Op) error {
		calls++
		if op.Kind == vfs.KindRead {
			read += op.Len
		}
		if strings.HasSuffix(op.Path, ".seg") {
			t.Errorf("%v: a segment is data", op)
		}
		return nil
	})
	_, err = engine.Check(o, engine.Bounds{Recovery: 1, BackupAge: 1, DrillAge: 1, WAL: 0.1})
	mem.SetFault(nil)
	mustDo(t, err)
	if calls == 0 || calls > 100 || read > 32<<10 {
		t.Errorf("%d calls, %d bytes read", calls, read)
	}
}
