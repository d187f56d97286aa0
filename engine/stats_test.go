package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
)

// Stats of what lies in the segments are those of counting it, at every step; what never
// happened is absent.
func TestStatsOfSegments(t *testing.T) {
	db, _ := newDB(t)
	c := people(t, db)
	check := func(step string, segments, runs, dead, tombstones int64) {
		t.Helper()
		s, err := db.Stats()
		mustDo(t, err)
		if s.SegmentCount != segments || s.ReadAmplification != runs || s.DeadDocuments != dead || s.Tombstones != tombstones {
			t.Errorf("%s: %d segments, %d runs, %d dead, %d tombstones; want %d, %d, %d, %d",
				step, s.SegmentCount, s.ReadAmplification, s.DeadDocuments, s.Tombstones, segments, runs, dead, tombstones)
		}
		var count, bytes int64
		for i, class := range s.SegmentClasses {
			count, bytes = count+class.Segments, bytes+class.Bytes
			if class.Segments == 0 || class.Bytes > class.UpToBytes*class.Segments || i > 0 && class.UpToBytes <= s.SegmentClasses[i-1].UpToBytes {
				t.Errorf("%s: classes %+v", step, s.SegmentClasses)
			}
		}
		if count != s.SegmentCount || bytes != s.StorageSizeBytes || s.DeadBytesEstimated < 0 || s.DeadBytesEstimated > s.StorageSizeBytes || dead+tombstones == 0 && s.DeadBytesEstimated != 0 {
			t.Errorf("%s: classes %+v of %d segments, %d bytes, %d of them dead", step, s.SegmentClasses, s.SegmentCount, s.StorageSizeBytes, s.DeadBytesEstimated)
		}
	}
	checkpoint := func() {
		t.Helper()
		_, err := db.Checkpoint(ctx)
		mustDo(t, err)
	}
	check("empty", 0, 0, 0, 0)
	for i := range 10 {
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%d","name":"n"}`, i)))
	}
	check("in the memtable", 0, 1, 0, 0)
	checkpoint()
	check("one segment", 1, 1, 0, 0)
	mustDo(t, c.Replace([]byte(`{"_id":"1","name":"again"}`)))
	_, err := c.Delete("2")
	mustDo(t, err)
	check("replaced in the memtable", 1, 2, 0, 0)
	checkpoint()
	// A person has four indexes and a missing value is an entry too: the deletion takes
	// back the document and its entries.
	check("two segments", 2, 2, 2, 1+4)
	_, err = db.Compact(ctx, nil)
	mustDo(t, err)
	check("compacted", 1, 1, 0, 0)
}

func TestStatsOfWhatNeverHappened(t *testing.T) {
	db, _ := newDB(t)
	s, err := db.Stats()
	mustDo(t, err)
	v := s.Value()
	for _, name := range []string{"last_checkpoint_time", "last_checkpoint_duration_ms", "last_snapshot_time", "last_backup_time", "last_drill_time", "last_verify_time", "cache_hit_rate"} {
		if x, there := v.Get(name); there {
			t.Errorf("%s is %v", name, x)
		}
	}
	if s.RecoveryRateMeasured || s.PredictedRecovery <= 0 || s.PredictedRecovery > time.Second {
		t.Errorf("recovery in %v, measured: %v", s.PredictedRecovery, s.RecoveryRateMeasured)
	}
	// The same prediction as that of a check from outside.
	db2, o := newDB(t)
	c := people(t, db2)
	mustDo(t, c.Insert([]byte(`{"_id":"1","name":"n"}`)))
	s, err = db2.Stats()
	mustDo(t, err)
	r, err := engine.Check(o, engine.Bounds{})
	mustDo(t, err)
	if s.PredictedRecovery != r.Recovery || s.WALSizeBytes != r.WALUsed {
		t.Errorf("stats predict %v of %d bytes, check %v of %d", s.PredictedRecovery, s.WALSizeBytes, r.Recovery, r.WALUsed)
	}
}

// Bytes by collection and index add up to those of the whole, follow what the indexes
// hold, and are absent if they cannot be read.
func TestStatsOfSizes(t *testing.T) {
	db, o := newDB(t)
	c := people(t, db)
	sizes := func(step string) (documents int64, indexes map[string]int64) {
		t.Helper()
		s, err := db.Stats()
		mustDo(t, err)
		indexes = map[string]int64{}
		var sum, byVersion int64
		for i := range s.Collections {
			col := &s.Collections[i]
			documents += col.DocumentBytes()
			for _, x := range col.IndexSizes() {
				indexes[x.Field] += x.Bytes
				sum += x.Bytes
			}
			for _, v := range col.Versions {
				for _, x := range v.Indexes {
					byVersion += x.Bytes
				}
			}
			value, _ := s.Value().Get("collections")
			value, _ = value.Get(col.Name)
			if _, there := value.Get("index_sizes"); there != col.SizesKnown {
				t.Errorf("%s: sizes are known: %v, shown: %v", step, col.SizesKnown, there)
			}
		}
		if sum != s.IndexSizeBytes || byVersion != sum || documents+sum > s.StorageSizeBytes {
			t.Errorf("%s: documents have %d bytes, indexes %v, of %d and %d in all", step, documents, indexes, s.StorageSizeBytes, s.IndexSizeBytes)
		}
		return documents, indexes
	}
	if documents, _ := sizes("empty"); documents != 0 {
		t.Errorf("documents have %d bytes before there are any", documents)
	}
	for i := range 500 {
		mustDo(t, c.Insert(fmt.Appendf(nil, `{"_id":"%d","name":"n","age":%d,"home":{"city":"a city with a long name, number %d"}}`, i, i, i*7919%500)))
	}
	_, err := db.Checkpoint(ctx)
	mustDo(t, err)
	documents, indexes := sizes("one segment")
	if documents == 0 || len(indexes) != 4 || indexes["home.city"] < indexes["member"]*3/2 || indexes["age"] <= 0 {
		t.Errorf("documents have %d bytes, indexes %v", documents, indexes)
	}
	// A second version, with an index more, in a second segment.
	_, err = db.DefineSchema(mustSchema(t, personV2))
	mustDo(t, err)
	v2, err := db.Collection("person", "v2")
	mustDo(t, err)
	for i := range 100 {
		mustDo(t, v2.Replace(fmt.Appendf(nil, `{"_id":"%d","name":"n","age":%d}`, i, i)))
	}
	_, err = db.Checkpoint(ctx)
	mustDo(t, err)
	if more, byIndex := sizes("two versions"); more <= documents || byIndex["age"] <= indexes["age"] {
		t.Errorf("documents have %d bytes, %d before; indexes %v, %v before", more, documents, byIndex, indexes)
	}
	_, err = db.Compact(ctx, nil)
	mustDo(t, err)
	sizes("compacted")
	mustDo(t, db.Close())
	db = mustOpen(t, o)
	t.Cleanup(func() { _ = db.Close() })
	_, again := sizes("opened again")
	if again["age"] == 0 {
		t.Errorf("indexes %v", again)
	}
}
