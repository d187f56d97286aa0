package engine_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
)

// The sequential database that concurrent histories are judged by: a few _ids, two
// versions of one schema, and the rules of CONTRACT in the plainest form. What a call
// should return is a text, and so is what it did return.

// linearIDs is how many _ids there are: few, so that clients meet.
const linearIDs = 6

// A linearCell is what one _id holds: nothing if version is 0.
type linearCell struct{ version, n int }

// A linearState is the whole database. It is comparable.
type linearState struct {
	cells [linearIDs]linearCell
	shut  bool // closed, or failed: all work is refused until it is opened again
	// Of the one record whose sync failed: 0 nothing is known yet, 1 it is there,
	// 2 it is not. All its writes share its fate.
	record int
}

// A linearCall is what a client asks for.
type linearCall struct {
	kind    linearKind
	version int   // 1 or 2
	ids     []int // of write and get
	n       int   // of the document written; of insert_many, of its first
	low     int   // of find
	high    int
	sort    string
	limit   int
}

type linearKind string

const (
	linearInsert  linearKind = "insert"
	linearMany    linearKind = "insert_many"
	linearReplace linearKind = "replace"
	linearDelete  linearKind = "delete"
	linearGet     linearKind = "get"
	linearCount   linearKind = "count"
	linearFind    linearKind = "find"
	linearEach    linearKind = "each"
	linearDigest  linearKind = "digest"
	linearClose   linearKind = "close"
	linearOpen    linearKind = "open"

	// What tells of the whole state: its digest and its documents.
	linearStats      linearKind = "stats"
	linearCheckpoint linearKind = "checkpoint"
	linearSnapshot   linearKind = "snapshot"
	linearBackup     linearKind = "backup"
	linearVerify     linearKind = "verify"
	linearCompact    linearKind = "compact" // tells of the number only
)

// writes reports whether the call may change a document.
func (k linearKind) writes() bool {
	return k == linearInsert || k == linearMany || k == linearReplace || k == linearDelete
}

func (c linearCall) String() string {
	switch c.kind {
	case linearInsert, linearMany, linearReplace:
		return fmt.Sprintf("%s v%d %v n=%d", c.kind, c.version, c.ids, c.n)
	case linearDelete, linearGet:
		return fmt.Sprintf("%s v%d %v", c.kind, c.version, c.ids)
	case linearFind:
		return fmt.Sprintf("find v%d %d<=g<%d sort %s limit %d", c.version, c.low, c.high, c.sort, c.limit)
	case linearCount, linearEach:
		return fmt.Sprintf("%s v%d", c.kind, c.version)
	}
	return string(c.kind)
}

// Answers that are not texts of the database.
const (
	linearDone    = "done"
	linearPending = "pending" // the machine crashed meanwhile: it took effect or not
)

func linearID(id int) string { return fmt.Sprintf("k%d", id) }

// linearGroups is how many values of g there are: fewer than documents, so that sorts
// have ties.
const linearGroups = 4

// linearPad makes a document longer than a sector, so that the log fills up.
var linearPad = strings.Repeat("x", 1500)

func linearDoc(id, n int) string {
	return fmt.Sprintf(`{"_id":"%s","g":%d,"n":%d,"pad":"%s"}`, linearID(id), n%linearGroups, n, linearPad)
}

// linearBrief leaves the padding out of an answer.
func linearBrief(doc string) string { return strings.ReplaceAll(doc, linearPad, "") }

func (s linearState) count(version int) (n int) {
	for _, c := range s.cells {
		if c.version == version {
			n++
		}
	}
	return n
}

func linearWholeText(sum digest.Sum, documents int64) string {
	return fmt.Sprintf("%.16s of %d", sum, documents)
}

func (s linearState) whole() string {
	var sum digest.Sum
	var h digest.Hasher
	for id, c := range s.cells {
		if c.version > 0 {
			sum = sum.Add(h.Document("k", fmt.Sprintf("v%d", c.version), []byte(linearID(id)), []byte(linearDoc(id, c.n))))
		}
	}
	return linearWholeText(sum, int64(s.count(1)+s.count(2)))
}

// documents returns what a find or a walk answers.
func (s linearState) documents(c linearCall) string {
	type doc struct{ id, n int }
	var docs []doc
	for id, cell := range s.cells {
		g := cell.n % linearGroups
		if cell.version == c.version && (c.kind == linearEach || g >= c.low && g < c.high) {
			docs = append(docs, doc{id, cell.n})
		}
	}
	slices.SortFunc(docs, func(a, b doc) int {
		ga, gb := a.n%linearGroups, b.n%linearGroups
		switch c.sort {
		case "g":
			return cmp.Or(cmp.Compare(ga, gb), cmp.Compare(a.id, b.id))
		case "-g":
			return cmp.Or(cmp.Compare(gb, ga), cmp.Compare(a.id, b.id))
		case "n":
			return cmp.Compare(a.n, b.n)
		case "-n":
			return cmp.Compare(b.n, a.n)
		}
		return cmp.Compare(a.id, b.id)
	})
	var texts []string
	for i, d := range docs {
		if c.kind == linearFind && i == c.limit {
			break
		}
		texts = append(texts, linearBrief(linearDoc(d.id, d.n)))
	}
	return strings.Join(texts, " ")
}

// apply does one call alone and returns the state after it and its answer.
func (s linearState) apply(c linearCall) (linearState, string) {
	first := linearCell{}
	if len(c.ids) > 0 {
		first = s.cells[c.ids[0]]
	}
	switch c.kind {
	case linearInsert:
		if first.version > 0 {
			return s, string(dberr.DocumentExists)
		}
		s.cells[c.ids[0]] = linearCell{c.version, c.n}
	case linearMany:
		before := s
		for i, id := range c.ids {
			if s.cells[id].version > 0 {
				return before, fmt.Sprintf("%s at %d", dberr.DocumentExists, i)
			}
			s.cells[id] = linearCell{c.version, c.n + i}
		}
	case linearReplace:
		if first.version == 0 || first.version > c.version {
			return s, string(dberr.DocumentNotFound)
		}
		s.cells[c.ids[0]] = linearCell{c.version, c.n}
	case linearDelete:
		if first.version != c.version {
			return s, "false"
		}
		s.cells[c.ids[0]] = linearCell{}
		return s, "true"
	case linearGet:
		if first.version != c.version {
			return s, "nothing"
		}
		return s, linearBrief(linearDoc(c.ids[0], first.n))
	case linearCount:
		return s, fmt.Sprint(s.count(c.version))
	case linearFind, linearEach:
		return s, s.documents(c)
	case linearCompact:
		return s, fmt.Sprint(s.count(1) + s.count(2))
	case linearDigest:
		sum, _, _ := strings.Cut(s.whole(), " ")
		return s, sum
	case linearStats, linearCheckpoint, linearSnapshot, linearBackup, linearVerify:
		return s, s.whole()
	}
	return s, linearDone
}

// step returns the states that a call with its answer can lead to; none says that it
// cannot have been answered so.
func (s linearState) step(c linearCall, answer string) []any {
	next, want := s.apply(c)
	switch {
	case c.kind == linearOpen:
		s.shut, s.record = false, 0
		return []any{s}
	case c.kind == linearClose:
		s.shut = true
		return []any{s}
	case answer == linearPending:
		return []any{s, next}
	case answer == string(dberr.DatabaseFailed):
		if !s.shut && !c.kind.changes() {
			return nil // a reader does not break a database
		}
		s.shut = true
		return []any{s}
	case answer == string(dberr.WALFsyncFailed):
		return s.unknown(next)
	case linearRefused(answer):
		return []any{s}
	}
	if s.shut || answer != want {
		return nil
	}
	return []any{next}
}

// changes reports whether the call may meet a failing sync.
func (k linearKind) changes() bool {
	return k.writes() || k == linearCheckpoint || k == linearSnapshot || k == linearCompact
}

// unknown returns the states after a write whose record could not be synced.
func (s linearState) unknown(next linearState) (states []any) {
	s.shut, next.shut = true, true
	if s.record != 2 {
		next.record = 1
		states = append(states, next)
	}
	if s.record != 1 {
		s.record = 2
		states = append(states, s)
	}
	return states
}

// linearRefused reports whether an answer says that the call failed and changed
// nothing, while the database goes on.
func linearRefused(answer string) bool {
	code := dberr.Code(answer)
	return strings.HasPrefix(answer, "AERO_") && (code.Severity() == dberr.Failed || code == dberr.WALFull)
}

func linearModel() porcupine.Model {
	m := porcupine.NondeterministicModel{
		Init: func() []any { return []any{linearState{}} },
		Step: func(state, input, output any) []any {
			return state.(linearState).step(input.(linearCall), output.(string))
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%v: %v", input, output) },
		DescribeState: func(state any) string {
			s := state.(linearState)
			return fmt.Sprintf("%v shut=%v record=%d", s.cells, s.shut, s.record)
		},
	}
	return m.ToModel()
}
