package wal

import (
	"cmp"

	"github.com/aerodb/aerodb/engine/dberr"
)

// A Record is one valid record, given to replay. Its operations alias the read
// buffer: they are valid during the call only.
type Record struct {
	FirstSequence uint64 // of Ops[0]; a seal's is the next one to come
	Count         int    // operations; 0 is a seal
	Digest        [32]byte
	Offset        int64 // in the file
	Bytes         int64 // in the file
	Payload       int   // bytes of the encoded operations
	Ops           []Op
}

// A Report says what opening a log found.
type Report struct {
	Records      int    // commits
	Ops          int    // operations in them
	LastSequence uint64 // of the last operation; the file's first minus one if there is none
	Digest       [32]byte
	Sealed       bool  // the last record is a seal
	Used         int64 // bytes of the file up to the end of the last record
	Rule         Rule  // what ended the scan; 0 if the scan was given up before
	TornOffset   int64 // where the torn extent starts, if TornBytes > 0
	TornBytes    int64 // size of the torn extent
	SurplusBytes int64 // of the file behind what its header says is laid out: a crash while it grew
}

// A scanner walks the records of a log.
type scanner struct {
	reader
	laid   int64 // what the header says; the reader's size is the file's
	salt   salt
	off    int64  // of the record to come
	next   uint64 // its sequence
	last   int64  // offset of the record before it
	slack  int64  // bytes to look at behind a seal
	ops    []Op
	report Report
}

func newScanner(r reader, h Header, uuid [16]byte) *scanner {
	s := &scanner{reader: r, laid: h.Size, salt: newSalt(uuid, h.FirstSequence), off: HeaderBytes, next: h.FirstSequence, last: HeaderBytes, slack: peekBytes}
	s.report = Report{LastSequence: s.next - 1, Digest: h.BaseDigest, Used: s.off, SurplusBytes: r.size - h.Size}
	return s
}

// run calls visit for every valid record in order, to the seal, or applies the rule
// to the first invalid one. The report is valid whatever the error.
func (s *scanner) run(visit func(Record) error) error {
	for s.off < s.laid {
		h, record, stated, err := s.frame()
		if err != nil {
			return err
		}
		if record == nil {
			return s.end(stated, visit)
		}
		rec, err := s.decode(&h, record)
		if err != nil {
			return err
		}
		s.advance(&rec)
		if err := visit(rec); err != nil {
			return err
		}
		if s.report.Sealed {
			return s.endSealed()
		}
	}
	return s.end(0, visit)
}

// frame reads the record at s.off. A record that a torn write can have left is
// nil; stated is then its length, if its header is valid.
func (s *scanner) frame() (h recordHeader, record []byte, stated int64, err error) {
	sector, err := s.window(s.off, sectorBytes)
	if err != nil {
		return h, nil, 0, err
	}
	salted := s.salt.at(s.off)
	h, ok := parseRecordHeader(sector, salted)
	if !ok {
		return h, nil, 0, nil
	}
	if err := s.checkHeader(&h); err != nil {
		return h, nil, 0, err
	}
	stated = RecordBytes(int(h.payload))
	record, err = s.window(s.off, int(stated))
	if err != nil || bodyChecksum(salted, record) != h.bodyCRC {
		return h, nil, stated, err
	}
	return h, record, stated, nil
}

// checkHeader refuses a valid header that says what no crash can explain.
func (s *scanner) checkHeader(h *recordHeader) error {
	if reason := h.check(); reason != "" {
		return corrupt(s.path, s.off, "content", "the checksum of the record's header is right, yet it states %s", reason)
	}
	if h.first != s.next {
		return corrupt(s.path, s.off, "sequence", "the record starts with sequence %d, expected %d", h.first, s.next)
	}
	if n := RecordBytes(int(h.payload)); n > s.laid-s.off {
		grown, err := s.reload()
		if grown {
			return s.checkHeader(h)
		}
		return cmp.Or[error](err, corrupt(s.path, s.off, "content", "the record states %d bytes, the file has %d more", n, s.laid-s.off))
	}
	if h.kind == typeSeal && h.digest != s.report.Digest {
		return corrupt(s.path, s.off, "content", "the seal has the digest %x, the record before it %x", h.digest, s.report.Digest)
	}
	return nil
}

func (s *scanner) decode(h *recordHeader, record []byte) (Record, error) {
	payload, reason := joinPayload(record, int(h.payload))
	if reason != "" {
		return Record{}, corrupt(s.path, s.off, "content", "the record's checksum is right, yet %s", reason)
	}
	ops, err := decodeOps(s.ops[:0], payload, h.count)
	if err != nil {
		return Record{}, corrupt(s.path, s.off, "content", "the record's checksum is right, yet %w", err)
	}
	s.ops = ops
	return Record{FirstSequence: h.first, Count: len(ops), Digest: h.digest, Offset: s.off,
		Bytes: int64(len(record)), Payload: len(payload), Ops: ops}, nil
}

func (s *scanner) advance(rec *Record) {
	s.last = s.off
	s.off += rec.Bytes
	s.next += uint64(rec.Count)
	r := &s.report
	r.Sealed, r.Used, r.Digest, r.LastSequence = rec.Count == 0, s.off, rec.Digest, s.next-1
	if rec.Count > 0 {
		r.Records++
		r.Ops += rec.Count
	}
}

// endSealed looks at the beginning of what a seal promises to be zero.
func (s *scanner) endSealed() error {
	if s.size > s.laid {
		return corrupt(s.path, s.laid, "size", "the file was extended to %d bytes, expected %d", s.size, s.laid)
	}
	s.most = readBytesFirst // the buffer is large enough
	err := checkSlack(&s.reader, s.salt, s.off, min(s.off+s.slack, s.size))
	switch dberr.CodeOf(err) {
	case "":
		s.report.Rule = CleanEnd
	case dberr.WALCorruption:
		s.report.Rule = Slack
	}
	return err
}

// end applies the rule to the invalid record at s.off.
func (s *scanner) end(stated int64, visit func(Record) error) error {
	t := newTail(s.off, stated, s.laid)
	if err := t.read(&s.reader, s.salt); err != nil {
		return err
	}
	if t.later >= s.laid {
		grown, err := s.reload()
		if err != nil {
			return err
		}
		if grown {
			return s.run(visit)
		}
	}
	rule := t.rule()
	s.report.Rule = rule
	switch rule {
	case CleanEnd:
		return nil
	case Torn:
		s.report.TornOffset, s.report.TornBytes = t.start, t.end()-t.start
		return nil
	}
	return t.err(s.path, rule)
}

// reload looks whether another process made the log grow since its header was read. What
// was read before then is read again.
func (s *scanner) reload() (grown bool, err error) {
	h, _, size, err := loadHeader(s.file, s.path)
	if err != nil || h.Size <= s.laid || size < h.Size {
		return false, err
	}
	s.laid, s.size = h.Size, size
	s.report.SurplusBytes = size - h.Size
	s.forget()
	return true, nil
}
