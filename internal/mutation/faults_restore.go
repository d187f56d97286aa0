package main

// Faults in backups and in what a restore believes of one.
var restoreFaults = []fault{
	{
		name: "CURRENT names the restored generation before it is verified",
		file: "engine/restore.go",
		before: `	if err == nil {
		err = s.verify(m)
	}
	if err == nil {
		err = s.sync()
	}
	if err == nil {
		err = s.publish(m)
	}`,
		after: `	s.result.Generation = s.name
	if err == nil {
		err = s.sync()
	}
	if err == nil {
		err = s.publish(m)
	}
	if err == nil {
		err = s.verify(m)
	}`,
		pkg: "engine", test: "TestRestoreRefusesALie",
	},
	{
		name:   "a restore does not compare what it has unpacked with what the backup says",
		file:   "engine/restore.go",
		before: `v.result.Digest != m.Digest || v.result.Documents != m.Documents {`,
		after:  `false {`,
		pkg:    "engine", test: "TestRestoreRefusesALie",
	},
	{
		name: "a restore replaces the generation that an earlier one keeps",
		file: "engine/restore.go",
		before: `	if current.Previous != "" {
		return dberr.New(dberr.RestoreFailed, "generation`,
		after: `	if current.Previous == current.Generation {
		return dberr.New(dberr.RestoreFailed, "generation`,
		pkg: "engine", test: "TestRestoreReplacesAndUndo",
	},
	{
		name: "a refused restore leaves what it has unpacked",
		file: "engine/restore.go",
		before: `	if s.begun {
		s.discard(s.temp.dir())
	}`,
		after: ``,
		pkg:   "engine", test: "TestRefusedBackupLeavesNothing",
	},
	{
		name: "a restore whose last sync failed removes the generation that is live",
		file: "engine/restore.go",
		before: `	if errors.Is(cause, errSwitched) {
		return
	}
`,
		after: ``,
		pkg:   "engine", test: "TestRestoreInDoubtKeepsBoth",
	},
	{
		name:   "a restored database gives the numbers of its segments again",
		file:   "engine/restore.go",
		before: `		next = max(next, e.Number+1)`,
		after:  `		next = max(next, e.Number)`,
		pkg:    "engine", test: "TestBackupRestore",
	},
	{
		name:   "a first restore does not sync the data directory before it builds there",
		file:   "engine/restore.go",
		before: `	return wrapIO(fs.SyncDir(s.o.Dir), "restore", s.o.Dir)`,
		after:  `	return nil`,
		pkg:    "engine", test: "TestCrashInFirstRestore",
	},
	{
		name: "an undo removes a generation before CURRENT has let go of it",
		file: "engine/previous.go",
		before: `	if err := publishCurrent(o, manifest.Current{Generation: live, UUID: db.identity.UUID}); err != nil {
		return UndoResult{}, err
	}`,
		after: `	if err := removeGeneration(db, removed); err != nil {
		return UndoResult{}, err
	}
	if err := publishCurrent(o, manifest.Current{Generation: live, UUID: db.identity.UUID}); err != nil {
		return UndoResult{}, err
	}`,
		pkg: "engine", test: "TestCrashInRestore",
	},
	{
		name:   "bytes behind the end of a backup are not looked at",
		file:   "engine/backup/read.go",
		before: `n > room || !allZero(in.window) {`,
		after:  `n < 0 {`,
		pkg:    "engine/backup", test: "TestWhatFollows",
	},
	{
		name:   "a backup may list a segment twice",
		file:   "engine/backup/limits.go",
		before: `if s.Number == 0 || seen[s.Number] {`,
		after:  `if s.Number == 0 {`,
		pkg:    "engine/backup", test: "TestHostileManifests",
	},
	{
		name:   "a backup may name a schema file that lies elsewhere",
		file:   "engine/backup/limits.go",
		before: ` || s.File != schema.FileName(s.SchemaID, s.SchemaVersion) || len(`,
		after:  ` || len(`,
		pkg:    "engine/backup", test: "TestHostileManifests",
	},
	{
		name:   "the header of an entry of a backup is not compared",
		file:   "engine/backup/read.go",
		before: `		if !bytes.Equal(block, want[:blockBytes]) {`,
		after:  `		if len(block) != blockBytes {`,
		pkg:    "engine/backup", test: "TestHostileHeaders",
	},
	{
		name: "the checksum of an entry of a backup is not compared",
		file: "engine/backup/read.go",
		before: `	if what := sum.mismatch(); what != "" {
		return in.other(`,
		after: `	if what := sum.mismatch(); what == "never" {
		return in.other(`,
		pkg: "engine/backup", test: "TestContentIsHeldToTheManifest",
	},
	{
		name:   "a manifest of any size is read",
		file:   "engine/backup/read.go",
		before: `	if size > l.ManifestBytes {`,
		after:  `	if size < 0 {`,
		pkg:    "engine/backup", test: "TestLimits",
	},
	{
		name:   "damage is backed up",
		file:   "engine/backup/write.go",
		before: `	if what := sum.mismatch(); what != "" {`,
		after:  `	if what := sum.mismatch(); what == "never" {`,
		pkg:    "engine/backup", test: "TestWriteRefusesDamage",
	},
	{
		name:   "whether a database was closed changes its backup",
		file:   "engine/backup.go",
		before: `			used -= wal.SealBytes`,
		after:  `			used -= 0`,
		pkg:    "engine", test: "TestBackupRestore",
	},
	{
		name:   "a backup takes the header of a log that grew since it began",
		file:   "engine/backup.go",
		before: `		copy(p[:n], c.header[off:])`,
		after:  ``,
		pkg:    "engine", test: "TestBackupWhileTheLogGrows",
	},
	{
		name:   "a restore takes a log that is longer than it says of itself",
		file:   "engine/restore.go",
		before: `n := db.recovery.LogSurplus; n != 0 {`,
		after:  `n := db.recovery.LogSurplus; n < 0 {`,
		pkg:    "engine", test: "TestRestoreRefusesALie",
	},
	{
		name: "a backup may lie in the data directory",
		file: "engine/backup.go",
		before: `	inside, err := vfs.Within(db.fs, db.opts.Dir, path.Dir(name))
`,
		after: `	inside, err := vfs.SameFile(db.fs, db.opts.Dir, path.Dir(name)), error(nil)
`,
		pkg: "engine", test: "TestBackupFile",
	},
}
