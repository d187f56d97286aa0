package engine

// Hold waits for a change in progress, a checkpoint or a compaction too, and keeps
// others from beginning until resume is called. It is for a process that is about to
// end without Close: it then ends with its last commit either acknowledged or not
// begun. Reads go on.
func (db *DB) Hold() (resume func()) {
	db.writeMu.Lock()
	return db.writeMu.Unlock
}
