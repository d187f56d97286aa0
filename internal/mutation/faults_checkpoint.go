package main

// Faults in the order and the choice of what a checkpoint, a snapshot and an open do.
var checkpointFaults = []fault{
	{
		name: "the old log is removed before CHECKPOINT names the new one",
		file: "engine/checkpoint.go",
		before: `	if err := p.publish(); err != nil {
		return err
	}
	p.install()
	return nil`,
		after: `	if p.log != nil {
		p.db.discard(path.Join(p.db.gen.wal(), p.db.wal.Name()))
	}
	if err := p.publish(); err != nil {
		return err
	}
	p.install()
	return nil`,
		pkg: "engine", test: "TestCrashEverywhere/checkpoint",
	},
	{
		name: "merged segments are removed before CHECKPOINT has let go of them",
		file: "engine/checkpoint.go",
		before: `	if err := p.publish(); err != nil {
		return err
	}
	p.install()
	return nil`,
		after: `	for _, s := range p.db.manifest.Segments {
		if !slices.Contains(p.entries, s) {
			p.db.discard(path.Join(p.db.gen.segments(), segment.FileName(s.Number)))
		}
	}
	if err := p.publish(); err != nil {
		return err
	}
	p.install()
	return nil`,
		pkg: "engine", test: "TestCrashInMerge",
	},
	{
		name: "CHECKPOINT is switched before the new log is made",
		file: "engine/checkpoint.go",
		before: `	err := p.build(ctx)
	if err == nil {
		err = p.startLog()
	}
	if err != nil {
		p.undo()
		return err
	}
	if err := p.publish(); err != nil {
		return err
	}`,
		after: `	err := p.build(ctx)
	if err != nil {
		p.undo()
		return err
	}
	p.next.WAL = &manifest.WAL{File: wal.FileName(p.db.wal.NextSequence()), FirstSequence: p.db.wal.NextSequence()}
	if err := vfs.Publish(p.db.fs, p.db.path(p.db.gen.dir()), nameCheckpoint, p.next.EncodeCheckpoint(), fileMode); err != nil {
		return err
	}
	if err := p.startLog(); err != nil {
		return err
	}`,
		pkg: "engine", test: "TestCrashEverywhere/checkpoint",
	},
	{
		name: "a checkpoint that failed leaves what it has built",
		file: "engine/checkpoint.go",
		before: `	if err != nil {
		p.undo()
		return err
	}
	if err := p.publish()`,
		after: `	if err != nil {
		p.abandon()
		return err
	}
	if err := p.publish()`,
		pkg: "engine", test: "TestFailedCheckpointLeavesNothing",
	},
	{
		name:   "a checkpoint is undone although CHECKPOINT may name it",
		file:   "engine/checkpoint.go",
		before: `	if errors.Is(err, vfs.ErrUnsynced) {`,
		after:  `	if errors.Is(err, vfs.ErrNotFile) {`,
		pkg:    "engine", test: "TestFailingCalls/versions",
	},
	{
		name:   "two segments of one checkpoint get the same number",
		file:   "engine/build.go",
		before: `	db.nextSegment++`,
		after:  ``,
		pkg:    "engine", test: "TestCrashInMerge",
	},
	{
		name:   "the number of a segment that is gone is used again",
		file:   "engine/open.go",
		before: `	db.nextSegment = db.manifest.NextSegment`,
		after: `	db.nextSegment = 1
	for _, s := range db.manifest.Segments {
		db.nextSegment = max(db.nextSegment, s.Number+1)
	}`,
		pkg: "engine", test: "TestSegmentNumbersAreNotUsedAgain",
	},
	{
		name: "snapshots.keep takes the current checkpoint's snapshot away",
		file: "engine/snapshotremove.go",
		before: `		if id == db.manifest.Snapshot {
			continue
		}
`,
		after: ``,
		pkg:   "engine", test: "TestKeepSparesTheCurrentSnapshot",
	},
	{
		name:   "snapshots.keep removes the newest",
		file:   "engine/snapshotremove.go",
		before: `range ids[:max(0, len(ids)-db.opts.SnapshotsKeep)] {`,
		after:  `range ids[min(len(ids), db.opts.SnapshotsKeep):] {`,
		pkg:    "engine", test: "TestKeepRemovesTheOldest",
	},
	{
		name: "the current checkpoint's snapshot can be removed",
		file: "engine/snapshotremove.go",
		before: `	if id == db.manifest.Snapshot {
		return RemoveResult{}`,
		after: `	if id == "" {
		return RemoveResult{}`,
		pkg: "engine", test: "TestCurrentSnapshotStays",
	},
	{
		name: "what the segments hold is replayed once more",
		file: "engine/recovery.go",
		before: `	if rec.Count == 0 || rec.FirstSequence+uint64(rec.Count)-1 <= r.applied {
		return nil // a seal, or in segments already
	}
	if rec.FirstSequence <= r.applied {`,
		after: `	if rec.Count == 0 {
		return nil
	}
	if rec.FirstSequence == 0 {`,
		pkg: "engine", test: "TestCrashEverywhere/snapshot",
	},
	{
		name:   "the digest that a record carries is not compared",
		file:   "engine/recovery.go",
		before: `	if sum := digest.Sum(rec.Digest); sum != db.digest {`,
		after:  `	if sum := digest.Sum(rec.Digest); sum != db.digest && rec.Count == 0 {`,
		pkg:    "engine", test: "TestReplayProvesItself",
	},
	{
		name:   "replay changes a document whose insert it has only gathered",
		file:   "engine/stage.go",
		before: `	if s.filling.ids.has(coll, id) || s.applying.ids.has(coll, id) {`,
		after:  `	if s.applying.ids.has(coll, id) {`,
		pkg:    "engine", test: "TestReplayOfManyChanges",
	},
	{
		name:   "replay takes a document for canonical that is not",
		file:   "engine/recovery.go",
		before: `		return r.wrong(rec, "sequence %d: the document of %q is not in canonical form", sequence, op.id)`,
		after:  ``,
		pkg:    "engine", test: "TestReplayChecksDocuments",
	},
	{
		name:   "a log that ends before its checkpoint is read",
		file:   "engine/recovery.go",
		before: `	if report.LastSequence < db.manifest.Sequence {`,
		after:  `	if report.LastSequence == 0 && db.manifest.Sequence > 1<<40 {`,
		pkg:    "engine", test: "TestLogShorterThanItsCheckpoint",
	},
	{
		name: "a missing log is taken for an empty one",
		file: "engine/recovery.go",
		before: `	if vfs.IsNotExist(err) {
		return dberr.New(dberr.WALCorruption,`,
		after: `	if vfs.IsNotExist(err) {
		log, err = wal.Create(db.walOptions(), wal.Header{FirstSequence: db.manifest.WAL.FirstSequence, Size: db.opts.WALMaxSize, BaseDigest: db.manifest.Digest})
		report.LastSequence = db.manifest.Sequence
	}
	if vfs.IsNotExist(err) {
		return dberr.New(dberr.WALCorruption,`,
		pkg: "engine", test: "TestEveryTruncation",
	},
	{
		name:   "the counts of CHECKPOINT are not added up",
		file:   "engine/open.go",
		before: `	if documents != m.Documents || db.digest != m.Digest {`,
		after:  `	if documents != m.Documents && db.digest != m.Digest {`,
		pkg:    "engine", test: "TestCheckpointThatDoesNotAddUp",
	},
	{
		name:   "CURRENT of another database is followed",
		file:   "engine/open.go",
		before: `	if current.UUID != db.identity.UUID {`,
		after:  `	if current.UUID == "" {`,
		pkg:    "engine", test: "TestSwappedFiles",
	},
	{
		name:   "CHECKPOINT of another database is followed",
		file:   "engine/open.go",
		before: `	if db.manifest.UUID != db.identity.UUID {`,
		after:  `	if db.manifest.UUID == "" {`,
		pkg:    "engine", test: "TestForeignCheckpoint",
	},
	{
		name:   "a schema file is not compared with its checksum",
		file:   "engine/schemas.go",
		before: `got != file.SHA256 || int64(len(text)) != file.Bytes {`,
		after:  `got == "" || int64(len(text)) != file.Bytes {`,
		pkg:    "engine", test: "TestVerifyNamesDamage",
	},
	{
		name:   "the checksum of a manifest is not compared",
		file:   "engine/manifest/envelope.go",
		before: `!bytes.HasPrefix(data[i+len(checksumLine):], []byte(want)) {`,
		after:  `want == "" {`,
		pkg:    "engine/manifest", test: "TestEveryChangedByteIsNoticed",
	},
	{
		name:   "a file that is not ours is swept",
		file:   "engine/sweep.go",
		before: `				s.unknown = append(s.unknown, path.Join(f.dir, e.Name()))`,
		after:  `				s.leftovers = append(s.leftovers, path.Join(f.dir, e.Name()))`,
		pkg:    "engine", test: "TestUnknownFilesStay",
	},
	{
		name: "a file that only ends like one of ours is swept",
		file: "engine/sweep.go",
		before: `	return false, ours
}

func (s *sweeper) wal(`,
		after: `	return false, ours || strings.HasSuffix(name, ".seg")
}

func (s *sweeper) wal(`,
		pkg: "engine", test: "TestUnknownFilesStay",
	},
	{
		name:   "the generation that a restore has kept is swept",
		file:   "engine/sweep.go",
		before: `	if name == string(s.db.gen) || name == s.db.previous {`,
		after:  `	if name == string(s.db.gen) {`,
		pkg:    "engine", test: "TestRestoreReplacesAndUndo",
	},
	{
		name: "a read-only open sweeps",
		file: "engine/open.go",
		before: `	if !db.opts.ReadOnly {
		sweeper.sweep()
	}`,
		after: `	sweeper.sweep()`,
		pkg:   "engine", test: "TestReadOnlyChangesNothing",
	},
	{
		name: "a read-only open puts CURRENT in its place once more",
		file: "engine/settle.go",
		before: `	if db.opts.ReadOnly {
		return nil
	}
`,
		after: ``,
		pkg:   "engine", test: "TestReadOnlyChangesNothing",
	},
	{
		name: "a database that is open read-only can be written to",
		file: "engine/db.go",
		before: `	if db.opts.ReadOnly {
		return dberr.New(dberr.DatabaseReadOnly,`,
		after: `	if db.opts.ReadOnly && db.wal == nil {
		return dberr.New(dberr.DatabaseReadOnly,`,
		pkg: "engine", test: "TestReadOnlyChangesNothing",
	},
	{
		name:   "the lock of a writer excludes nobody",
		file:   "engine/vfs/os.go",
		before: `os.O_RDWR|os.O_CREATE, unix.LOCK_EX)`,
		after:  `os.O_RDWR|os.O_CREATE, unix.LOCK_SH)`,
		pkg:    "engine/vfs", test: "TestLock",
	},
	{
		name:   "a lock is held on a file that has lost its name",
		file:   "engine/vfs/os.go",
		before: `	return os.SameFile(mine, named), nil`,
		after:  `	return mine.Name() != "" && named.Name() != "", nil`,
		pkg:    "engine/vfs", test: "TestLockedFileHasItsName",
	},
	{
		name:   "a restore takes no lock",
		file:   "engine/restore.go",
		before: `	if s.lock, err = takeLock(s.o); err != nil {`,
		after:  `	if s.lock, err = s.o.FS.OpenFile(s.path(nameLock), vfs.O_RDWR|vfs.O_CREATE, fileMode); err != nil {`,
		pkg:    "engine", test: "TestRestoreReplacesAndUndo",
	},
	{
		name:   "a look at a log believes that one as long as before has nothing new",
		file:   "engine/watch.go",
		before: `	if db.followed = used; report.Sealed || report.TornBytes > 0 {`,
		after:  `	if db.followed = used; report.TornBytes > 1<<40 {`,
		pkg:    "engine", test: "TestWatcherHoldsNoLock",
	},
	{
		name:   "whoever looks keeps the lock",
		file:   "engine/watch.go",
		before: `	if db.lock != nil { // nobody had it open; somebody may want to`,
		after:  `	if db.lock != nil && db.wal == nil {`,
		pkg:    "engine", test: "TestWatcherHoldsNoLock",
	},
}
