package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aerodb/aerodb/bench/host"
	"github.com/aerodb/aerodb/bench/store/aero"
	"github.com/aerodb/aerodb/engine"
)

// A Job is what one process is to do and measure, in the database in Dir.
type Job struct {
	Do       string
	Dir      string
	LogLimit int64     // wal.max_size in bytes
	Of       int       // documents there are: numbers 0 to Of-1
	N        int       `json:",omitempty"` // how often
	To       int       `json:",omitempty"` // of a load: documents there will be
	Batch    int       `json:",omitempty"` // documents of one InsertMany
	LogBytes int64     `json:",omitempty"` // used of the log when a checkpoint begins
	Beside   string    `json:",omitempty"` // a directory that is not there yet, for what runs beside or is made
	Settings *Settings `json:",omitempty"` // of reads, which do several things
	Seed     uint64    `json:",omitempty"`
	start    time.Time // of the job
}

// An Outcome is what a job measured. Values are in the units that their rows say.
type Outcome struct {
	Values      map[string]float64   `json:",omitempty"`
	Each        map[string][]float64 `json:",omitempty"`
	Checkpoints []Checkpoint         `json:",omitempty"`
	Memory      int64                // peak of the process's resident memory, in bytes
	Document    string               `json:",omitempty"` // that a start got
}

// A Checkpoint is one that was timed. Sizes are in bytes.
type Checkpoint struct {
	Documents             int   // in the database when it began
	LogBytes              int64 // size of log that was asked for
	Milliseconds          float64
	Flushed               int64 // documents
	Read, Written, Merged int64 // bytes, bytes and segments; Read and Merged are 0 without a merge
}

var jobs = map[string]func(*aero.Store, *Job, *Outcome) error{
	"load":        load,
	"start":       start,
	"reads":       reads,
	"inserts":     inserts,
	"snapshots":   snapshots,
	"checkpoints": checkpoints,
	"dirty":       dirty,
}

// work does a job, prints its outcome as a line of JSON, and closes the database when its
// input ends, unless it was killed by then.
func work(text string, in io.Reader, out io.Writer) error {
	job := Job{start: time.Now()}
	if err := json.Unmarshal([]byte(text), &job); err != nil {
		return err
	}
	run, known := jobs[job.Do]
	if !known {
		return fmt.Errorf("no job %q", job.Do)
	}
	o := engine.DefaultOptions()
	o.Dir, o.WALMaxSize = job.Dir, job.LogLimit
	s, err := aero.OpenWith(o)
	if err != nil {
		return err
	}
	outcome := Outcome{Values: map[string]float64{}, Each: map[string][]float64{}}
	if err := run(s, &job, &outcome); err != nil {
		return fmt.Errorf("%s: %w", job.Do, err)
	}
	outcome.Memory = host.MemoryPeak()
	if err := json.NewEncoder(out).Encode(outcome); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return err
	}
	return s.Close()
}

// clone makes a throw-away copy of a closed database.
func clone(ctx context.Context, from, to string) error {
	o := engine.DefaultOptions()
	o.Dir = from
	db, _, err := engine.CloneDir(ctx, o, to)
	if err != nil {
		return err
	}
	return db.Close()
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
