package command

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aerodb/aerodb/config"
	"github.com/aerodb/aerodb/engine"
)

// The page of a database with all that a page can tell fits a terminal of 80 columns, and
// has all of it.
func TestStatsPageFits(t *testing.T) {
	now := time.Date(2026, 2, 4, 11, 30, 0, 0, time.UTC)
	a := &app{env: &Env{Now: func() time.Time { return now }, Width: func() int { return 80 }}, config: &config.Config{DataDir: "/srv/aerodb/data"}}
	l := look{identity: engine.Identity{UUID: "5e3c1a08-6c1f-4d0e-9a57-2b0f8d1c7e44"}}
	s := &l.stats
	s.DocumentCount, s.SchemaCount, s.WALSequence = 123_456_789, 12, 987_654_321
	s.WALSizeBytes, s.WALLimitBytes, s.PredictedRecovery = 63<<20, 64<<20, 1234*time.Millisecond
	s.CacheSizeBytes, s.CacheLimitBytes, s.CacheHits, s.CacheMisses = 60<<20, 64<<20, 999, 1
	s.StorageSizeBytes, s.IndexSizeBytes, s.SegmentCount, s.ReadAmplification = 123<<30, 45<<30, 21, 22
	s.SegmentClasses = []engine.SegmentClass{{UpToBytes: 64 << 10, Segments: 3, Bytes: 100 << 10}}
	s.DeadDocuments, s.Tombstones, s.DeadBytesEstimated = 1_000_000, 1_000_000, 100<<20
	s.RecoveryWALRecords, s.RecoveryDuration = 123_456, 1234*time.Millisecond
	c := engine.CollectionStats{Name: "earthquake", Documents: 123_456_789, SizesKnown: true}
	v := engine.VersionStats{Version: "v1", Documents: 123_456_789, DocumentBytes: 78 << 30}
	for _, field := range []string{"depth_km", "location.lat", "location.lon", "mag", "magType", "net", "place", "status", "time", "updated"} {
		c.Indexes = append(c.Indexes, field)
		v.Indexes = append(v.Indexes, engine.IndexStats{Field: field, Bytes: 4 << 30})
	}
	c.Versions = []engine.VersionStats{v}
	s.Collections = []engine.CollectionStats{c}
	for i := range 40 {
		for _, op := range lastOperations {
			l.history = append(l.history, engine.HistoryEntry{Op: op, OK: true, Time: now.Add(-47 * time.Hour), Duration: time.Duration(i) * time.Second, Bytes: 123 << 30})
		}
	}
	p := a.statsPage(l, true)
	for _, line := range p {
		if n := utf8.RuneCountInString(line); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	text := strings.Join(p, "\n")
	for _, want := range []string{
		"\nlog         [####################]  98% 63.0 MiB of 64.0 MiB\n",
		"\nrecovery    1.23 s at the next open, by a cautious rate; none was measured yet\n",
		"hits\n", "\ndead ", "\nthis open ", "▅▅▅▅▆▆▆▆▆▆▇▇▇▇▇█",
		"\ncollection  earthquake: 123456789 documents (v1 123456789), 78.0 GiB\n",
		"\n  indexes   _id, depth_km 4.0 GiB, location.lat 4.0 GiB, location.lon 4.0 GiB,\n            mag 4.0 GiB, ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
	c.SizesKnown = false
	p = nil
	p.addCollection(&c, 0)
	if text := strings.Join(p, "\n"); strings.Contains(text, "iB") || !strings.Contains(text, "  indexes   _id, depth_km, location.lat,") {
		t.Errorf("sizes that are not known: %s", text)
	}
}

// A page that is shown again and again keeps its top on the screen.
func TestPageFitsTheRows(t *testing.T) {
	p := page{"a", "b", "c", "d", "e"}
	for rows, want := range map[int]string{
		0: "a b c d e", 9: "a b c d e", 6: "a b c d e", 5: "a b c ... and 2 more lines than the window has room for",
		3: "a ... and 4 more lines than the window has room for", 1: "... and 5 more lines than the window has room for",
	} {
		if got := strings.Join(p.fit(rows), " "); got != want {
			t.Errorf("%d rows: %s", rows, got)
		}
	}
	if p[2] != "c" {
		t.Errorf("the page itself was changed: %v", p)
	}
}
