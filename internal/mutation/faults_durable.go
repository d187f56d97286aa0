package main

// Syncs that somebody forgot. A golden file of the calls (engine/testdata/trace) shows
// most of them too; here what counts is what a power cut makes of them.
var durableFaults = []fault{
	{
		name: "the folder of a new log is not synced",
		file: "engine/wal/create.go",
		before: `		return err
	}
	return o.FS.SyncDir(o.Dir)`,
		after: `		return err
	}
	return nil`,
		pkg: "engine", test: "TestCrashEverywhere/checkpoint",
	},
	{
		name:   "the folder of a new segment is not synced",
		file:   "engine/build.go",
		before: `err = wrapIO(db.fs.SyncDir(db.path(db.gen.segments())), "segment.create", db.gen.segments())`,
		after:  `err = nil`,
		pkg:    "engine", test: "TestCrashEverywhere/checkpoint",
	},
	{
		name: "CHECKPOINT names a segment whose bytes are not synced",
		file: "engine/segment/writer.go",
		before: `	if err := w.file.Datasync(); err != nil {
		return w.ioError(err)
	}
`,
		after: ``,
		pkg:   "engine", test: "TestCrashEverywhere/checkpoint",
	},
	{
		name:   "the folder of snapshots is not synced when a snapshot gets its name",
		file:   "engine/snapshot.go",
		before: `return info, wrapIO(db.fs.SyncDir(db.path(nameSnapshots)), "snapshot.sync", nameSnapshots)`,
		after:  `return info, nil`,
		pkg:    "engine", test: "TestCrashEverywhere/snapshot",
	},
	{
		name:   "the folders of a snapshot are not synced",
		file:   "engine/snapshot.go",
		before: `	for _, dir := range []string{path.Join(temp, nameSegments), path.Join(temp, nameSchemas)} {`,
		after:  `	for _, dir := range []string{} {`,
		pkg:    "engine", test: "TestCrashEverywhere/snapshot",
	},
	{
		name:   "a snapshot that a killed process named is not named again",
		file:   "engine/snapshot.go",
		before: `err == nil && info.ID != db.manifest.Snapshot {`,
		after:  `err == nil && info.ID == "" {`,
		pkg:    "engine", test: "TestSnapshotOfAKilledProcess",
	},
	{
		name:   "a small file is renamed before its bytes are synced",
		file:   "engine/vfs/publish.go",
		before: `		err = f.Datasync()`,
		after:  `		err = nil`,
		pkg:    "engine/vfs", test: "TestPublishCrashes",
	},
	{
		name:   "the folder of CHECKPOINT is not synced after the rename",
		file:   "engine/vfs/publish.go",
		before: `	if err := fsys.SyncDir(dir); err != nil {`,
		after: `	if name == "CHECKPOINT" {
		return nil
	}
	if err := fsys.SyncDir(dir); err != nil {`,
		pkg: "engine", test: "TestCrashEverywhere/checkpoint",
	},
	{
		name:   "the folder of CURRENT is not synced after the rename of an init",
		file:   "engine/vfs/publish.go",
		before: `	if err := fsys.SyncDir(dir); err != nil {`,
		after: `	if name == "CURRENT" {
		return nil
	}
	if err := fsys.SyncDir(dir); err != nil {`,
		pkg: "engine", test: "TestCrashEverywhere/init",
	},
	{
		name:   "the folder of CURRENT is not synced after the rename of a restore",
		file:   "engine/vfs/publish.go",
		before: `	if err := fsys.SyncDir(dir); err != nil {`,
		after: `	if name == "CURRENT" {
		return nil
	}
	if err := fsys.SyncDir(dir); err != nil {`,
		pkg: "engine", test: "TestAcknowledgedRestoreStays",
	},
	{
		name:   "the folder of schemas is not synced when a schema is registered",
		file:   "engine/vfs/publish.go",
		before: `	if err := fsys.SyncDir(dir); err != nil {`,
		after: `	if path.Base(dir) == "schemas" {
		return nil
	}
	if err := fsys.SyncDir(dir); err != nil {`,
		pkg: "engine", test: "TestCrashEverywhere/insert",
	},
	{
		name:   "the small files of a snapshot are written and not synced",
		file:   "engine/vfs/batch.go",
		before: `if err := f.Datasync(); err != nil {`,
		after:  `if err := error(nil); f == nil {`,
		pkg:    "engine", test: "TestCrashEverywhere/snapshot",
	},
	{
		name:   "a snapshot's manifest is not synced under its name",
		file:   "engine/snapshot.go",
		before: `return linked, wrapIO(db.fs.SyncDir(db.path(temp)), "snapshot.publish", name)`,
		after:  `return linked, nil`,
		pkg:    "engine", test: "TestCrashEverywhere/snapshot",
	},
	{
		name:   "a failed sync of a folder after the rename passes for an error before it",
		file:   "engine/vfs/publish.go",
		before: `		return fmt.Errorf("%w: %w", ErrUnsynced, err)`,
		after:  `		return fmt.Errorf("%v: %w", ErrUnsynced, err)`,
		pkg:    "engine/vfs", test: "TestPublishFailures",
	},
	{
		name: "CURRENT and CHECKPOINT are built upon while they are in the page cache only",
		file: "engine/open.go",
		before: `	if err := db.settle(sweeper); err != nil {
		return err
	}
`,
		after: ``,
		pkg:   "engine", test: "TestCrashEverywhere/checkpoint",
	},
	{
		name:   "a seal vouches for CHECKPOINT although something is left over",
		file:   "engine/settle.go",
		before: `	doubt := !db.recovery.Sealed || len(s.leftovers) > 0`,
		after:  `	doubt := !db.recovery.Sealed`,
		pkg:    "engine", test: "TestCheckpointNotSynced",
	},
	{
		name:   "a sweep is not synced",
		file:   "engine/sweep.go",
		before: `	for _, dir := range s.dirs {`,
		after:  `	for _, dir := range s.dirs[:0] {`,
		pkg:    "engine", test: "TestCrashEverywhere/checkpoint",
	},
	{
		name: "a snapshot's files are removed before its name is durably gone",
		file: "engine/snapshotremove.go",
		before: `	if err := db.fs.SyncDir(db.path(nameSnapshots)); err != nil {
		return vfs.Wrap(err, "snapshot.remove", nameSnapshots)
	}
`,
		after: ``,
		pkg:   "engine", test: "TestCrashEverywhere/snapshot",
	},
	{
		name:   "init does not sync the data directory before CURRENT",
		file:   "engine/init.go",
		before: `[]string{gen.metadata(), nameGenerations, "."}`,
		after:  `[]string{gen.metadata(), nameGenerations}`,
		pkg:    "engine", test: "TestCrashEverywhere/init",
	},
	{
		name:   "init does not sync the folder of generations",
		file:   "engine/init.go",
		before: `[]string{gen.metadata(), nameGenerations, "."}`,
		after:  `[]string{gen.metadata(), "."}`,
		pkg:    "engine", test: "TestCrashEverywhere/init",
	},
	{
		name:   "a directory is made and its parent not synced",
		file:   "engine/vfs/tree.go",
		before: `	if err := fsys.SyncDir(parent); err != nil {`,
		after:  `	if err := error(nil); err != nil {`,
		pkg:    "engine/vfs", test: "TestMkdirAllIsDurable",
	},
	{
		name:   "a backup is renamed before its bytes are synced",
		file:   "engine/vfs/staged.go",
		before: `	err := s.f.Datasync()`,
		after:  `	err := error(nil)`,
		pkg:    "engine/vfs", test: "TestStageCrashes",
	},
	{
		name:   "the folder of a backup is not synced",
		file:   "engine/vfs/staged.go",
		before: `	if err := s.fsys.SyncDir(path.Dir(s.name)); err != nil {`,
		after:  `	if err := error(nil); err != nil && path.Dir(s.name) != "" {`,
		pkg:    "engine/vfs", test: "TestStageCrashes",
	},
	{
		name:   "the schemas of a restore are not synced",
		file:   "engine/unpack.go",
		before: `		err = u.file.Datasync()`,
		after:  `		err = nil`,
		pkg:    "engine", test: "TestCrashInRestore",
	},
	{
		name:   "the log and the segments of a restore are not synced",
		file:   "engine/unpack.go",
		before: `		err := u.file.Datasync()`,
		after:  `		err := error(nil)`,
		pkg:    "engine", test: "TestCrashInRestore",
	},
	{
		name:   "the folders of a restore are not synced",
		file:   "engine/restore.go",
		before: `[]string{s.temp.schemas(), s.temp.metadata(), s.temp.segments(), s.temp.wal(), s.temp.dir()} {`,
		after:  `[]string{} {`,
		pkg:    "engine", test: "TestCrashInRestore",
	},
	{
		name: "CURRENT names a restored generation whose own name is not synced",
		file: "engine/restore.go",
		before: `	if err := fs.SyncDir(s.path(nameGenerations)); err != nil {
		return vfs.Wrap(err, "restore", nameGenerations)
	}
`,
		after: ``,
		pkg:   "engine", test: "TestCrashInRestore",
	},
	{
		name:   "an entry of HISTORY is not synced",
		file:   "engine/history.go",
		before: `wrapIO(f.Datasync(), "history.append", nameHistory)`,
		after:  `nil`,
		pkg:    "engine", test: "TestCrashInHistory",
	},
	{
		name:   "what a crash has left of a line of HISTORY is not cut",
		file:   "engine/history.go",
		before: `	if whole := wholeLines(data); whole < len(data) {`,
		after:  `	if whole := wholeLines(data); whole < 0 {`,
		pkg:    "engine", test: "TestCrashInHistory",
	},
}
