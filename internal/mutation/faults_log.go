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
		before: `{ return limit - SealBytes - l.used }`,
		after:  `{ return limit - l.used }`,
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
		before: `if from >= l.header.Size {`,
		after:  `if from >= 0 {`,
		pkg:    "engine/wal", test: "TestSealKeepsPromise",
	},
	{
		name:   "what lies behind a seal is not looked at when it is broken",
		file:   "engine/wal/seal.go",
		before: `	if l.unread {`,
		after:  `	if l.unread && l.header.Size == 0 {`,
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
		name:   "a new log is not filled with zeros",
		file:   "engine/wal/create.go",
		before: `	return vfs.WriteZeros(f, from, to-from)`,
		after:  `	return nil`,
		pkg:    "engine/wal", test: "TestCallOrder",
	},
	{
		name: "a log that grows says so before the new bytes are durable",
		file: "engine/wal/grow.go",
		before: `		return l.shrink(err)
	}
	if err := l.sync(opGrow); err != nil {
		return err
	}
	h := l.header`,
		after: `		return l.shrink(err)
	}
	h := l.header`,
		pkg: "engine/wal", test: "TestCrashEverywhere/grown by several steps",
	},
	{
		name: "a record is written behind the old end of the log before its header says that there is more",
		file: "engine/wal/grow.go",
		before: `	if err := l.sync(opGrow); err != nil {
		return err
	}
	if l.doubtful`,
		after: `	if l.doubtful`,
		pkg:   "engine/wal", test: "TestCrashEverywhere/grown by several steps",
	},
	{
		name: "the header of a log that grew does not say so",
		file: "engine/wal/grow.go",
		before: `	h.Size = size
`,
		after: ``,
		pkg:   "engine/wal", test: "TestCutAfterGrowth",
	},
	{
		name:   "a log that could not grow keeps what it got of the disk",
		file:   "engine/wal/grow.go",
		before: `	if err := l.file.Truncate(l.header.Size); err != nil {`,
		after:  `	if err := l.file.Truncate(l.header.Size + 512); err != nil {`,
		pkg:    "engine/wal", test: "TestFullDiskKeepsTheLogUsable",
	},
	{
		name: "a log that could not grow is sealed before its old size is durable",
		file: "engine/wal/grow.go",
		before: `	if err := l.sync(opGrow); err != nil {
		return err
	}
	return l.ungrown(cause)`,
		after: `	return l.ungrown(cause)`,
		pkg:   "engine/wal", test: "TestCrashEverywhere/zeros that do not fit",
	},
}
