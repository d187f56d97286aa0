package main

// Faults in how a log is read, and in what its end is taken for.
var tailFaults = []fault{
	{
		name: "a damaged record in the middle is taken for a torn tail",
		file: "engine/wal/tail.go",
		before: `	case t.later >= 0:
		return LaterRecord`,
		after: `	case t.later >= 0:
		return Torn`,
		pkg: "engine/wal", test: "TestRules",
	},
	{
		name: "a tail that reaches further than a record can is taken for torn",
		file: "engine/wal/tail.go",
		before: `	case t.beyond >= 0:
		return BeyondEnd`,
		after: `	case t.beyond >= 0:
		return Torn`,
		pkg: "engine/wal", test: "TestRules",
	},
	{
		name: "a damaged last record, of which every sector arrived, is cut",
		file: "engine/wal/tail.go",
		before: `		return Torn
	}
	return Damaged`,
		after: `		return Torn
	}
	return Torn`,
		pkg: "engine/wal", test: "TestRules",
	},
	{
		name: "a sector without a stamp is taken for a part of a torn record",
		file: "engine/wal/tail.go",
		before: `	case t.unstamped >= 0:
		return Damaged`,
		after: `	case t.unstamped >= 0 && t.zero < 0:
		return Damaged`,
		pkg: "engine/wal", test: "TestRules",
	},
	{
		name:   "a damaged last record of a sealed log is cut",
		file:   "engine/wal/tail.go",
		before: `if h, ok := parseRecordHeader(sector, s.at(off)); ok {`,
		after:  `if h, ok := parseRecordHeader(sector, s.at(off)); ok && h.kind == typeCommit {`,
		pkg:    "engine/wal", test: "TestSealedDamage",
	},
	{
		name: "what follows a seal is not looked at when the log is opened",
		file: "engine/wal/scan.go",
		before: `	return err
}

// end applies`,
		after: `	return nil
}

// end applies`,
		pkg: "engine/wal", test: "TestStaleSeal",
	},
	{
		name:   "the sequence of a record is not compared with the one before",
		file:   "engine/wal/scan.go",
		before: `if h.first != s.next {`,
		after:  `if h.first == 0 {`,
		pkg:    "engine/wal", test: "TestSenseRefused",
	},
	{
		name:   "the checksum of a record's body is not compared",
		file:   "engine/wal/scan.go",
		before: `if err != nil || bodyChecksum(salted, record) != h.bodyCRC {`,
		after:  `if err != nil {`,
		pkg:    "engine/wal", test: "TestEveryByte",
	},
	{
		name:   "the checksum of a record's header is not compared",
		file:   "engine/wal/record.go",
		before: `if headChecksum(salted, sector) != h.headCRC {`,
		after:  `if h.headCRC == 0 {`,
		pkg:    "engine/wal", test: "TestEveryByte",
	},
	{
		name: "checksums of the log are not salted with the database's uuid",
		file: "engine/wal/record.go",
		before: `	copy(b[:], uuid[:])
`,
		after: ``,
		pkg:   "engine/wal", test: "TestStrangerRecords",
	},
	{
		name:   "checksums of the log are not salted with the file's first sequence",
		file:   "engine/wal/record.go",
		before: `binary.LittleEndian.PutUint64(b[16:], first)`,
		after:  `binary.LittleEndian.PutUint64(b[16:], 1)`,
		pkg:    "engine/wal", test: "TestStrangerRecords",
	},
	{
		name:   "checksums of the log are not salted with the record's place",
		file:   "engine/wal/record.go",
		before: `binary.LittleEndian.PutUint64(b[:], uint64(offset))`,
		after:  `binary.LittleEndian.PutUint64(b[:], 0)`,
		pkg:    "engine/wal", test: "TestStrangerRecords",
	},
	{
		name:   "a torn record is not zeroed before the log goes on",
		file:   "engine/wal/open.go",
		before: `	if torn > 0 {`,
		after:  `	if torn > l.header.Size {`,
		pkg:    "engine/wal", test: "TestTornFarBackIsZeroed",
	},
	{
		name: "the last record is believed and not written again at an open",
		file: "engine/wal/open.go",
		before: `	if err := l.rewriteLast(s); err != nil {
		return err
	}
`,
		after: ``,
		pkg:   "engine/wal", test: "TestCrashEverywhere/record in the cache only",
	},
	{
		name:   "the repair of a log's end is not synced",
		file:   "engine/wal/open.go",
		before: `err := l.sync("wal.repair"); err != nil || s.report.SurplusBytes == 0 {`,
		after:  `err := error(nil); err != nil || s.report.SurplusBytes == 0 {`,
		pkg:    "engine/wal", test: "TestCrashEverywhere/record in the cache only",
	},
	{
		name:   "the header is believed and not written again at an open",
		file:   "engine/wal/open.go",
		before: `	if err := writeAll(l.file, l.header.Encode(l.uuid), 0); err != nil { // over`,
		after:  `	if err := error(nil); err != nil { // over`,
		pkg:    "engine/wal", test: "TestCrashEverywhere/larger header in the cache only",
	},
	{
		name:   "a record behind the size that the header says is taken for a rest of growing",
		file:   "engine/wal/tail.go",
		before: `	if off > t.start && t.later < 0 && sector[0] == stampFirst {`,
		after:  `	if off > t.start && off < t.laid && t.later < 0 && sector[0] == stampFirst {`,
		pkg:    "engine/wal", test: "TestStaleHeader",
	},
	{
		name:   "a sealed log may be longer than its header says",
		file:   "engine/wal/scan.go",
		before: `	if s.size > s.laid {`,
		after:  `	if s.size < s.laid {`,
		pkg:    "engine/wal", test: "TestEveryLength",
	},
	{
		name:   "the log of another database is read",
		file:   "engine/wal/header.go",
		before: `case found != want:`,
		after:  `case found == [16]byte{}:`,
		pkg:    "engine/wal", test: "TestHeaderRefused",
	},
	{
		name:   "a log that was cut short is read as far as it goes",
		file:   "engine/wal/header.go",
		before: `	if size < h.Size {`,
		after:  `	if size < HeaderBytes {`,
		pkg:    "engine/wal", test: "TestSealedLogCutShort",
	},
}
