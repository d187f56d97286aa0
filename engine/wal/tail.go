package wal

// A Rule says what ended the scan of a log. The numbers are those of the package
// comment.
type Rule int

// The rules. CleanEnd and Torn are what crashes leave; the rest is damage.
const (
	CleanEnd    Rule = iota + 1 // nothing but zeros follow
	LaterRecord                 // a later record follows an invalid one
	BeyondEnd                   // something lies further than the invalid record can reach
	Torn                        // a sector of the record never arrived: it is cut
	Damaged                     // every sector arrived and the record is wrong
	Slack                       // something follows the seal, or the last record of an open log
)

// String returns the rule's number and name.
func (r Rule) String() string {
	switch r {
	case CleanEnd:
		return "1 clean end"
	case LaterRecord:
		return "2 later record"
	case BeyondEnd:
		return "3 beyond the record"
	case Torn:
		return "4 torn"
	case Damaged:
		return "5 damaged"
	case Slack:
		return "6 slack"
	}
	return "none"
}

// A tail gathers what lies behind the last valid record. Offsets are -1 while
// nothing was seen.
type tail struct {
	start  int64 // X: the first invalid record
	stated int64 // bytes that a valid header at X states; 0 without one
	limit  int64 // where the invalid record ends at the latest
	laid   int64 // what is laid out; behind it only a record counts

	last      int64 // end of the last sector that is not zero; start without any
	zero      int64 // first sector that is all zero
	later     int64 // first valid header behind X
	sequence  uint64
	beyond    int64 // first sector from limit on that is not zero
	unstamped int64 // first sector that is neither zero nor stamped
}

func newTail(start, stated, laid int64) *tail {
	limit := start + stated
	if stated == 0 {
		limit = max(start+sectorBytes, min(start+RecordBytes(PayloadBytesMax), laid-SealBytes))
	}
	return &tail{start: start, stated: stated, limit: limit, laid: laid, last: start, zero: -1, later: -1, beyond: -1, unstamped: -1}
}

// read looks at everything from X to the last whole sector of the file.
func (t *tail) read(r *reader, s salt) error {
	end := r.size &^ (sectorBytes - 1)
	for off := t.start; off < end; {
		n := min(readBytes, int(end-off))
		b, err := r.window(off, n)
		if err != nil {
			return err
		}
		t.see(b, off, s)
		off += int64(n)
	}
	return nil
}

func (t *tail) see(b []byte, off int64, s salt) {
	if allZero(b) {
		t.seeZero(off)
		return
	}
	for ; len(b) > 0; b, off = b[sectorBytes:], off+sectorBytes {
		sector := b[:sectorBytes]
		if allZero(sector) {
			t.seeZero(off)
			continue
		}
		t.seeSector(sector, off, s)
	}
}

func (t *tail) seeZero(off int64) {
	if t.zero < 0 {
		t.zero = off
	}
}

func (t *tail) seeSector(sector []byte, off int64, s salt) {
	if off > t.start && t.later < 0 && sector[0] == stampFirst {
		if h, ok := parseRecordHeader(sector, s.at(off)); ok {
			t.later, t.sequence = off, h.first
		}
	}
	if off >= t.laid {
		return
	}
	t.last = off + sectorBytes
	if off >= t.limit && t.beyond < 0 {
		t.beyond = off
	}
	stamp := byte(stampNext)
	if off == t.start {
		stamp = stampFirst
	}
	if sector[0] != stamp && t.unstamped < 0 {
		t.unstamped = off
	}
}

// end returns where the invalid record ends: as its header states, or with the
// last sector that is not zero.
func (t *tail) end() int64 {
	if t.stated != 0 {
		return t.start + t.stated
	}
	return t.last
}

// rule decides, in the order of the package comment.
func (t *tail) rule() Rule {
	switch {
	case t.later >= 0:
		return LaterRecord
	case t.last == t.start:
		return CleanEnd
	case t.beyond >= 0:
		return BeyondEnd
	case t.unstamped >= 0:
		return Damaged
	case t.zero >= 0 && t.zero < t.end():
		return Torn
	}
	return Damaged
}

// err explains a rule that is damage.
func (t *tail) err(path string, rule Rule) error {
	switch {
	case rule == LaterRecord:
		return corrupt(path, t.start, rule.String(), "expected a valid record, found none, yet a valid one of sequence %d follows at %d", t.sequence, t.later)
	case rule == BeyondEnd:
		return corrupt(path, t.start, rule.String(), "expected a valid record, found none, and more than it can reach: byte %d on is not zero, its end is at most %d", t.beyond, t.limit)
	case t.unstamped >= 0:
		return corrupt(path, t.start, rule.String(), "expected a valid record or zeros; the sector at %d is neither zero nor stamped as part of a record", t.unstamped)
	case t.stated != 0:
		return corrupt(path, t.start, rule.String(), "the checksum of the record's body is wrong, and all its sectors to %d arrived, so no crash tore it", t.end())
	}
	return corrupt(path, t.start, rule.String(), "the record's header is wrong, and all sectors to %d arrived, so no crash tore it", t.end())
}
