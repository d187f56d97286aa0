package command

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/aerodb/aerodb/engine"
)

// A metric is one family of the OpenMetrics text: its head and its samples. The text is
// at once valid for Prometheus' older text format, which a textfile collector reads: what
// that does not know is a comment to it.
type metric struct {
	name string // without the suffixes of samples
	kind string // "gauge" or "counter"
	unit string // "bytes" or "seconds", with which the name then ends; "" for counts and ratios
	help string

	samples []sample
}

type sample struct {
	labels []string // name, value, ...
	value  string
}

func (m *metric) add(value string, labels ...string) {
	m.samples = append(m.samples, sample{labels, value})
}

func (m *metric) count(n int64, labels ...string) { m.add(strconv.FormatInt(n, 10), labels...) }

func (m *metric) seconds(d time.Duration, labels ...string) {
	m.add(strconv.FormatFloat(d.Seconds(), 'f', -1, 64), labels...)
}

// suffixes are what the names of samples have behind the family's.
var suffixes = map[string]string{"counter": "_total"}

func (m *metric) write(w io.Writer) {
	fmt.Fprintf(w, "# TYPE %s %s\n", m.name, m.kind)
	if m.unit != "" {
		fmt.Fprintf(w, "# UNIT %s %s\n", m.name, m.unit)
	}
	fmt.Fprintf(w, "# HELP %s %s\n", m.name, m.help)
	for _, s := range m.samples {
		var labels []string
		for i := 0; i < len(s.labels); i += 2 {
			labels = append(labels, s.labels[i]+`="`+labelEscaper.Replace(s.labels[i+1])+`"`)
		}
		set := ""
		if labels != nil {
			set = "{" + strings.Join(labels, ",") + "}"
		}
		fmt.Fprintf(w, "%s%s%s %s\n", m.name, suffixes[m.kind], set, s.value)
	}
}

var labelEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// writeOpenMetrics writes the metrics of a look. What never happened has no sample, and
// a family without samples is left out.
func writeOpenMetrics(w io.Writer, l look) {
	for _, m := range metrics(l) {
		if len(m.samples) > 0 {
			m.write(w)
		}
	}
	io.WriteString(w, "# EOF\n")
}

// metrics returns every metric there is. docs/OBSERVABILITY.md lists them.
func metrics(l look) []*metric {
	return append(stateMetrics(l), operationMetrics(l)...)
}

func stateMetrics(l look) []*metric {
	s := &l.stats
	info := &metric{name: "aerodb_database_info", kind: "gauge", help: "The identity of the database and the version of its format."}
	info.add("1", "uuid", l.identity.UUID, "format", strconv.Itoa(l.identity.Format))
	all := []*metric{info}
	plain := func(name, kind, unit, help string, n int64) {
		m := &metric{name: name, kind: kind, unit: unit, help: help}
		m.count(n)
		all = append(all, m)
	}
	segments := &metric{name: "aerodb_segments", kind: "gauge", help: "Live segments, by size."}
	for _, c := range s.SegmentClasses {
		segments.count(c.Segments, "up_to_bytes", strconv.FormatInt(c.UpToBytes, 10))
	}
	all = append(append(all, collectionMetrics(s)...), segments)
	plain("aerodb_operations", "counter", "", "Operations since the database was made: the sequence of the last one.", int64(s.WALSequence))
	plain("aerodb_wal_bytes", "gauge", "bytes", "Used bytes of the log, which the next recovery replays.", s.WALSizeBytes)
	plain("aerodb_wal_limit_bytes", "gauge", "bytes", "What may be used of the log.", s.WALLimitBytes)
	recovery := &metric{name: "aerodb_predicted_recovery_seconds", kind: "gauge", unit: "seconds", help: "How long the next open would take to replay the log."}
	recovery.seconds(s.PredictedRecovery)
	all = append(all, recovery)
	plain("aerodb_storage_bytes", "gauge", "bytes", "Size of the live segments.", s.StorageSizeBytes)
	plain("aerodb_index_bytes", "gauge", "bytes", "The part of them that is index entries.", s.IndexSizeBytes)
	plain("aerodb_dead_bytes", "gauge", "bytes", "What a compaction would free, estimated.", s.DeadBytesEstimated)
	plain("aerodb_dead_documents", "gauge", "", "Documents in segments that are replaced or deleted, as of the last checkpoint.", s.DeadDocuments)
	plain("aerodb_tombstones", "gauge", "", "Marks of deletions in segments.", s.Tombstones)
	plain("aerodb_read_runs", "gauge", "", "Sorted runs that a read may have to look into.", s.ReadAmplification)
	plain("aerodb_schema_versions", "gauge", "", "Registered schema versions.", s.SchemaCount)
	plain("aerodb_snapshots", "gauge", "", "Snapshots kept.", s.SnapshotCount)
	return all
}

// collectionMetrics tell of each collection what it holds and what that takes.
func collectionMetrics(s *engine.Stats) []*metric {
	documents := &metric{name: "aerodb_documents", kind: "gauge", help: "Documents, by collection and schema version."}
	documentBytes := &metric{name: "aerodb_collection_document_bytes", kind: "gauge", unit: "bytes", help: "The part of the live segments that is documents, by collection and schema version."}
	indexBytes := &metric{name: "aerodb_collection_index_bytes", kind: "gauge", unit: "bytes", help: "The part of the live segments that is entries of an index, by collection, schema version and indexed field."}
	for _, c := range s.Collections {
		for _, v := range c.Versions {
			documents.count(v.Documents, "collection", c.Name, "schema_version", v.Version)
			if !c.SizesKnown {
				continue
			}
			documentBytes.count(v.DocumentBytes, "collection", c.Name, "schema_version", v.Version)
			for _, x := range v.Indexes {
				indexBytes.count(x.Bytes, "collection", c.Name, "schema_version", v.Version, "index", x.Field)
			}
		}
	}
	return []*metric{documents, documentBytes, indexBytes}
}

// operationMetrics tell of the last operation of each kind that went well.
func operationMetrics(l look) []*metric {
	at := &metric{name: "aerodb_last_operation_timestamp_seconds", kind: "gauge", unit: "seconds", help: "When the last operation of its kind ended, if there was one."}
	took := &metric{name: "aerodb_last_operation_duration_seconds", kind: "gauge", unit: "seconds", help: "How long it took."}
	size := &metric{name: "aerodb_last_operation_bytes", kind: "gauge", unit: "bytes", help: "What it read (verify) or wrote (the rest)."}
	last := map[engine.Operation]engine.HistoryEntry{}
	for _, e := range l.history {
		last[e.Op] = e
	}
	if t := l.stats.LastCheckpointTime; t != nil && last[engine.OpCheckpoint].Time.Before(*t) {
		last[engine.OpCheckpoint] = engine.HistoryEntry{Time: *t} // a full log asked for it
	}
	for _, op := range []engine.Operation{engine.OpBackup, engine.OpCheckpoint, engine.OpCompact, engine.OpDrill, engine.OpRestore, engine.OpSnapshot, engine.OpVerify} {
		e, ok := last[op]
		if !ok {
			continue
		}
		at.count(e.Time.Unix(), "operation", string(op))
		if e.Op != "" {
			took.seconds(e.Duration, "operation", string(op))
		}
		if e.Bytes > 0 {
			size.count(e.Bytes, "operation", string(op))
		}
	}
	return []*metric{at, took, size}
}
