// Package worker is the process that a subject of the benchmark runs in. Each has a
// program of its own (cmd/...), which links no other subject: memory and start-up are
// its own. The benchmark sends requests to its standard input and gets responses from
// its standard output, a line of JSON each.
package worker

// A Request is work to do and time.
type Request struct {
	Op string
	// N is how often. From is the number of the first document that is new; Of how
	// many documents there are.
	N, From, Of int `json:",omitempty"`
	// Batch is the documents of one InsertMany.
	Batch int `json:",omitempty"`
	// Seed chooses what is random.
	Seed uint64 `json:",omitempty"`
	// Path is where a snapshot or a backup goes, the backup to restore, or the file of
	// _ids that a script gets; To is the empty directory to restore to.
	Path, To string `json:",omitempty"`
}

// A Response says how long it took, without the making of documents.
type Response struct {
	NS int64
	// Memory is the peak of the database process's resident memory, in bytes.
	Memory int64 `json:",omitempty"`
	// Unsupported says that the subject has nothing of the kind.
	Unsupported bool   `json:",omitempty"`
	Err         string `json:",omitempty"`
}

// Limit is how many documents a query returns, Writers how many insert at once.
const (
	Limit   = 100
	Writers = 16
)
