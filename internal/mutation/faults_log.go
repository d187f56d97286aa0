package main

// Faults in how the log is written.
var logFaults = []fault{
	{
		name: "a record is acknowledged before it is synced",
		file: "engine/wal/log.go",
		before: `		return l.withdraw(op, int64(len(record)), err)
	}
	return l.sync(op)`,
		after: `		return l.withdraw(op, int64(len(record)), err)
	}
	return nil`,
		pkg: "engine/wal", test: "TestCrashEverywhere/life",
	},
	{
		name:   "a failed sync of the log is ignored",
		file:   "engine/wal/log.go",
		before: `if err := l.file.Datasync(); err != nil {`,
		after:  `if err := l.file.Datasync(); err != nil && op == "" {`,
		pkg:    "engine/wal", test: "TestFailOnce",
	},
	{
		name:   "a failed sync of the log is tried again",
		file:   "engine/wal/log.go",
		before: `if err := l.file.Datasync(); err != nil {`,
		after:  `if err := l.file.Datasync(); err != nil && l.file.Datasync() != nil {`,
		pkg:    "engine/wal", test: "TestFailOnce",
	},
	{
		name: "the log goes on after a failed sync",
		file: "engine/wal/log.go",
		before: `err != nil {
		l.failed = true
		return because(err, dberr.WALFsyncFailed`,
		after: `err != nil {
		return because(err, dberr.WALFsyncFailed`,
		pkg: "engine/wal", test: "TestFailOnce",
	},
	{
		name:   "what a failed write has left in the log stays there",
		file:   "engine/wal/log.go",
		before: `return l.withdraw(op, int64(len(record)), err)`,
		after:  `return because(err, dberr.WALAppendFailed, op, l.path(), "the record could not be written")`,
		pkg:    "engine/wal", test: "TestFailOnce",
	},
	{
		name: "what a failed write has left is zeroed and not synced",
		file: "engine/wal/log.go",
		before: `	if err := l.sync(op); err != nil {
		return err
	}
	return failure`,
		after: `	return failure`,
		pkg:   "engine/wal", test: "TestWithdrawnStaysAway",
	},
	{
		name:   "a short write is taken for a whole one",
		file:   "engine/wal/log.go",
		before: `if err == nil && n < len(p) {`,
		after:  `if err == nil && n < 0 {`,
		pkg:    "engine/wal", test: "TestShortWriteWithoutError",
	},
	{
		name:   "a batch may begin with any sequence",
		file:   "engine/wal/log.go",
		before: `if b.first != l.next {`,
		after:  `if b.first > l.next {`,
		pkg:    "engine/wal", test: "TestAppendMisuse",
	},
	{
		name:   "a sequence is given twice: a record of several operations takes only one",
		file:   "engine/wal/log.go",
		before: `l.next += uint64(b.count)`,
		after:  `l.next++`,
		pkg:    "engine", test: "TestWriteReadReopen",
	},
	{
		name:   "the room for the seal is given away",
		file:   "engine/wal/log.go",
		before: `return RecordBytes(b.Len()) <= l.size-SealBytes-l.used`,
		after:  `return RecordBytes(b.Len()) <= l.size-l.used`,
		pkg:    "engine/wal", test: "TestFitsExactly",
	},
	{
		name: "a record takes the place of the seal in one write",
		file: "engine/wal/log.go",
		before: `	if err := l.breakSeal(); err != nil {
		return err
	}
`,
		after: `	l.sealed = false
`,
		pkg: "engine/wal", test: "TestCrashEverywhere/life",
	},
	{
		name: "the seal is broken and that is not synced",
		file: "engine/wal/seal.go",
		before: `		return l.withdraw(opAppend, SealBytes, err)
	}
	return l.sync(opAppend)`,
		after: `		return l.withdraw(opAppend, SealBytes, err)
	}
	return nil`,
		pkg: "engine/wal", test: "TestCrashEverywhere/life",
	},
	{
		name:   "a log is sealed before the zeros that the seal promises are durable",
		file:   "engine/wal/seal.go",
		before: `if from >= l.size {`,
		after:  `if from >= 0 {`,
		pkg:    "engine/wal", test: "TestSealKeepsPromise",
	},
	{
		name:   "what lies behind a seal is not looked at when it is broken",
		file:   "engine/wal/seal.go",
		before: `	if l.unread {`,
		after:  `	if l.unread && l.size == 0 {`,
		pkg:    "engine/wal", test: "TestSlackDamage",
	},
	{
		name: "a new log is used before its bytes are synced",
		file: "engine/wal/create.go",
		before: `	if err := f.Datasync(); err != nil {
		return err
	}
	return o.FS.SyncDir(o.Dir)`,
		after: `	return o.FS.SyncDir(o.Dir)`,
		pkg:   "engine/wal", test: "TestCrashEverywhere/life",
	},
	{
		name: "a new log is not filled with zeros",
		file: "engine/wal/create.go",
		before: `	if err := vfs.WriteZeros(f, 0, h.Size); err != nil {
		return err
	}
`,
		after: ``,
		pkg:   "engine/wal", test: "TestCallOrder",
	},
}
