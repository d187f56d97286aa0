package main

import (
	"context"
	"os"
	"time"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/store/aero"
	"github.com/aerodb/aerodb/bench/store/limit"
	"github.com/aerodb/aerodb/bench/users"
)

// load inserts documents Of to To-1 in batches. It runs each checkpoint that a full log
// asks for by a call of its own, so that its result is at hand.
func load(s *aero.Store, job *Job, o *Outcome) error {
	const every = 1_000_000
	var spent time.Duration
	step, next := int64(0), (job.Of/every+1)*every
	for done := job.Of; done < job.To; {
		docs := users.Many(done, min(job.Batch, job.To-done))
		begin := time.Now()
		used, full, err := s.DB().WALUse()
		if err == nil && used+step > full {
			err = checkpoint(s, done, full, o)
		}
		before, _, _ := s.DB().WALUse()
		if err == nil {
			err = s.InsertMany(docs)
		}
		if err != nil {
			return err
		}
		spent += time.Since(begin)
		used, _, err = s.DB().WALUse()
		if err != nil {
			return err
		}
		step = max(step, used-before)
		done += len(docs)
		if done >= next {
			say("load: %d of %d documents", done, job.To)
			next += every
		}
	}
	begin := time.Now()
	if _, err := s.DB().Checkpoint(context.Background()); err != nil {
		return err
	}
	spent += time.Since(begin)
	stats, err := s.DB().Stats()
	o.Values["load"] = float64(job.To-job.Of) / spent.Seconds()
	o.Values["segments"] = float64(stats.StorageSizeBytes) / 1e6
	o.Values["segment-count"] = float64(stats.SegmentCount)
	return err
}

// checkpoint runs one and records it.
func checkpoint(s *aero.Store, documents int, logBytes int64, o *Outcome) error {
	begin := time.Now()
	r, err := s.DB().Checkpoint(context.Background())
	if err != nil {
		return err
	}
	o.Checkpoints = append(o.Checkpoints, Checkpoint{
		Documents: documents, LogBytes: logBytes, Milliseconds: milliseconds(time.Since(begin)),
		Flushed: r.DocumentsFlushed, Read: r.BytesRead, Written: r.BytesWritten, Merged: r.SegmentsMerged,
	})
	return nil
}

// settle makes the log of a clone, which is a file of holes, one like any other by a
// checkpoint of one new document.
func settle(s *aero.Store, job *Job) error {
	if err := s.Insert(users.Make(job.Of)); err != nil {
		return err
	}
	job.Of++
	_, err := s.DB().Checkpoint(context.Background())
	return err
}

// inserts times N durable single inserts, in turns with what the disk gives a program that
// writes the same documents to a preallocated file and syncs it.
func inserts(s *aero.Store, job *Job, o *Outcome) error {
	if err := settle(s, job); err != nil {
		return err
	}
	if err := os.Mkdir(job.Beside, 0o700); err != nil {
		return err
	}
	raw, err := limit.Open(job.Beside)
	if err != nil {
		return err
	}
	defer raw.Close() // it is thrown away
	const turn = 50
	docs := users.Many(job.Of, job.N)
	for first := 0; first < len(docs); first += turn {
		for _, subject := range []struct {
			name  string
			store store.Store
		}{{"insert", s}, {"raw", raw}} {
			for _, doc := range docs[first:min(first+turn, len(docs))] {
				err := o.time(subject.name, func() error { return subject.store.Insert(doc) })
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// time calls f and adds how long it took, in milliseconds.
func (o *Outcome) time(name string, f func() error) error {
	begin := time.Now()
	err := f()
	o.Each[name] = append(o.Each[name], milliseconds(time.Since(begin)))
	return err
}

// snapshots times N snapshots, each after one change.
func snapshots(s *aero.Store, job *Job, o *Outcome) error {
	if err := settle(s, job); err != nil {
		return err
	}
	for i := range job.N {
		if err := s.Replace(users.Variant(i, job.Of+i)); err != nil {
			return err
		}
		if err := o.time("snapshot", func() error { return s.Snapshot("") }); err != nil {
			return err
		}
	}
	return nil
}

// checkpoints times N checkpoints, each of new documents that use LogBytes of the log.
func checkpoints(s *aero.Store, job *Job, o *Outcome) error {
	next := job.Of
	for range job.N {
		for step, used := int64(0), int64(0); used+step <= job.LogBytes; {
			if err := s.InsertMany(users.Many(next, job.Batch)); err != nil {
				return err
			}
			next += job.Batch
			now, _, err := s.DB().WALUse()
			if err != nil {
				return err
			}
			step, used = max(step, now-used), now
		}
		if err := checkpoint(s, next, job.LogBytes, o); err != nil {
			return err
		}
	}
	return nil
}

// dirty writes N documents behind a checkpoint. The process is then killed.
func dirty(s *aero.Store, job *Job, _ *Outcome) error {
	if err := settle(s, job); err != nil {
		return err
	}
	for done := 0; done < job.N; done += job.Batch {
		if err := s.InsertMany(users.Many(job.Of+done, min(job.Batch, job.N-done))); err != nil {
			return err
		}
	}
	return nil
}
