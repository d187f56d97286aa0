package main

// Faults in what a write does between its call and its answer.
var commitFaults = []fault{
	{
		name: "a write shows before it is durable",
		file: "engine/commit.go",
		before: `	err := db.place(db.wal.Append(&w.batch, sum))
	if size := db.wal.Size(); size > laid {
		db.log.Debug("wal.grown", "bytes_before", laid, "bytes_after", size)
	}
	if err != nil {
		if db.wal.Failed() {
			db.fail(err)
		}
		// Also of those that were refused: what they were refused for may be a change
		// that comes before them in this record, and is not there.
		failAll(group, err)
		return
	}
	db.applyGroup(group, first, sum)
}`,
		after: `	db.applyGroup(group, first, sum)
	err := db.place(db.wal.Append(&w.batch, sum))
	if size := db.wal.Size(); size > laid {
		db.log.Debug("wal.grown", "bytes_before", laid, "bytes_after", size)
	}
	if err != nil {
		if db.wal.Failed() {
			db.fail(err)
		}
		// Also of those that were refused: what they were refused for may be a change
		// that comes before them in this record, and is not there.
		failAll(group, err)
		return
	}
}`,
		pkg: "engine", test: "TestFailingCalls/insert",
	},
	{
		name: "a write that could not be logged is acknowledged",
		file: "engine/commit.go",
		before: `		failAll(group, err)
		return
	}
	db.applyGroup`,
		after: `		return
	}
	db.applyGroup`,
		pkg: "engine", test: "TestFailingCalls/insert",
	},
	{
		name: "the database goes on when its log has failed",
		file: "engine/commit.go",
		before: `		if db.wal.Failed() {
			db.fail(err)
		}
		// Also`,
		after: `		// Also`,
		pkg:   "engine", test: "TestFailingCalls/insert",
	},
	{
		name: "a group commit answers the wrong writer: the first hears that another was refused",
		file: "engine/commit.go",
		before: `		t.err = db.resolve(t, len(group) > 1)
		if t.err != nil {`,
		after: `		if err := db.resolve(t, len(group) > 1); err != nil {
			group[0].err = err`,
		pkg: "engine", test: "TestGroupAnswersEachWriter",
	},
	{
		name:   "a refused transaction of a group hides what it has not written from the next",
		file:   "engine/resolve.go",
		before: `		db.writer.pending.rollback()`,
		after:  ``,
		pkg:    "engine", test: "TestGroupForgetsTheRefused",
	},
	{
		name:   "writers of one group do not see each other's documents",
		file:   "engine/resolve.go",
		before: `		if multiple {`,
		after:  `		if multiple && len(t.ops) > 1 {`,
		pkg:    "engine", test: "TestGroupAnswersEachWriter",
	},
	{
		name:   "insert_many takes two documents of one _id",
		file:   "engine/resolve.go",
		before: `		if multiple {`,
		after:  `		if multiple && len(t.ops) == 1 {`,
		pkg:    "engine", test: "TestInsertManyIsAllOrNone",
	},
	{
		name:   "insert_many is written as two records",
		file:   "engine/write.go",
		before: `	return c.db.commit(newTransaction(ctx, ops))`,
		after: `	half := len(ops) / 2
	if err := c.db.commit(newTransaction(ctx, ops[:half:half])); err != nil {
		return err
	}
	return c.db.commit(newTransaction(ctx, ops[half:]))`,
		pkg: "engine", test: "TestCrashEverywhere/many at once",
	},
	{
		name:   "insert_many that was told to end is written all the same",
		file:   "engine/resolve.go",
		before: `		if i%resolvedPerLook == 0 {`,
		after:  `		if i%resolvedPerLook == resolvedPerLook {`,
		pkg:    "engine", test: "TestInsertManyInterrupted",
	},
	{
		name:   "insert_many of ascending ids looks for documents in memory only",
		file:   "engine/resolve.go",
		before: `	if !shared && db.insertsIntoFreeRange(t) {`,
		after:  `	if !shared && len(t.ops) >= freeRangeMin && !db.state.table.NewIter(memtable.SequenceMax).First() {`,
		pkg:    "engine", test: "TestInsertManyIntoFreeRange",
	},
	{
		name:   "an insert replaces the document that is there",
		file:   "engine/resolve.go",
		before: `		if in != nil {`,
		after:  `		if in != nil && in != op.version {`,
		pkg:    "engine", test: "TestWriteReadReopen",
	},
	{
		name: "the digest keeps what was deleted",
		file: "engine/commit.go",
		before: `	if op.old != nil {
		sum = sum.Sub(op.old.digest)`,
		after: `	if op.old != nil && op.kind != wal.Delete {
		sum = sum.Sub(op.old.digest)`,
		pkg: "engine", test: "TestCrashEverywhere/insert, replace, delete",
	},
	{
		name:   "an index keeps the entry of a deleted document",
		file:   "engine/apply.go",
		before: `			if moved || !bytes.Equal(value, op.values[i]) {`,
		after:  `			if op.kind != wal.Delete && (moved || !bytes.Equal(value, op.values[i])) {`,
		pkg:    "engine", test: "TestCrashEverywhere/insert, replace, delete",
	},
	{
		name:   "an index keeps the entry of the value that was replaced",
		file:   "engine/apply.go",
		before: `			if moved || !bytes.Equal(value, op.values[i]) {`,
		after:  `			if moved || bytes.Equal(value, nil) {`,
		pkg:    "engine", test: "TestCrashEverywhere/insert, replace, delete",
	},
	{
		name: "an index entry whose value stays is not written with the new document",
		file: "engine/apply.go",
		before: `	for i, value := range op.values {
		c.index(`,
		after: `	for i, value := range op.values {
		if op.old != nil && op.old.version == op.version && bytes.Equal(op.old.values[i], value) {
			continue
		}
		c.index(`,
		pkg: "engine", test: "TestReplacedEntryLiesWithItsDocument",
	},
	{
		name: "a document that moves to a newer version stays in the old one too",
		file: "engine/apply.go",
		before: `		if moved {
			c.document(`,
		after: `		if op.kind == wal.Delete {
			c.document(`,
		pkg: "engine", test: "TestVersions",
	},
	{
		name:   "a version counts a document that was deleted",
		file:   "engine/apply.go",
		before: `		op.old.version.documents.Add(-1)`,
		after:  `		op.old.version.documents.Add(0)`,
		pkg:    "engine", test: "TestCrashEverywhere/insert, replace, delete",
	},
	{
		name:   "a write is acknowledged and does not show",
		file:   "engine/apply.go",
		before: `				sequence++`,
		after:  ``,
		pkg:    "engine", test: "TestFindRules",
	},
	{
		name:   "a reader sees what was written after it began",
		file:   "engine/memtable/iter.go",
		before: `if it.t.sequence(n) <= it.visible && (`,
		after:  `if it.t.sequence(n)-1 <= it.visible && (`,
		pkg:    "engine/memtable", test: "TestAgainstModel",
	},
	{
		name:   "the memtable of a view that is still held is used again",
		file:   "engine/view.go",
		before: `	if old.views == 1 {`,
		after:  `	if old.views >= 1 {`,
		pkg:    "engine", test: "TestEachKeepsItsView",
	},
	{
		name:   "the log grows past wal.max_size",
		file:   "engine/commit.go",
		before: `return wal.RecordBytes(payload) <= db.wal.Room(db.walLimit())`,
		after:  `return wal.RecordBytes(payload) <= db.wal.Room(max(db.wal.Size(), db.walLimit()))`,
		pkg:    "engine", test: "TestSmallerLimitHoldsAtOnce",
	},
	{
		name:   "which bad document of insert_many is named depends on the processors",
		file:   "engine/write.go",
		before: `least < 0 || i < least {`,
		after:  `least < 0 || i > least {`,
		pkg:    "engine", test: "TestSameErrorOnAnyProcessors",
	},
	{
		name:   "a document that moves to a newer version takes back what others wrote meanwhile",
		file:   "engine/move.go",
		before: `	return old != nil && old.version == op.from && bytes.Equal(old.document, op.document)`,
		after:  `	return old != nil && old.version == op.from && bytes.HasPrefix(old.document, op.document[:1])`,
		pkg:    "engine", test: "TestMoveFromLosesNoWrite",
	},
	{
		name:   "a move goes on at the end of a batch without what was left of it",
		file:   "engine/move.go",
		before: `		if applied < len(ops) {`,
		after:  `		if applied > len(ops) {`,
		pkg:    "engine", test: "TestMoveFromLosesNoWrite",
	},
}
