package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// TestMain is a child of the test, too: a run starts its own program again.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "-job" {
		if err := work(os.Args[2], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// TestRun measures at two small sizes. It looks at what was done, not at how long it took.
func TestRun(t *testing.T) {
	settings := Settings{
		Seed: 1, Rounds: 2, Sizes: []int{100, 2000}, Batch: 100, Logs: []int{64, 128},
		Starts: 2, Inserts: 120, Gets: 40, Queries: 8, Snapshots: 2, Checkpoints: 4, Kill: 250,
	}
	dir := t.TempDir()
	r, err := measure(context.Background(), dir, settings)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	for i, s := range r.Sizes {
		if s.Documents != settings.Sizes[i] {
			t.Errorf("size %d has %d documents", i, s.Documents)
		}
		for name, values := range map[string]int{
			"open": 4, "start": 4, "open-killed": 4, "start-killed": 4, "processor-killed": 4, "memory-open": 4, "insert.median": 2, "insert.p99": 2, "insert.worst": 2,
			"raw.median": 2, "get.median": 2, "city.p99": 2, "age.median": 2, "snapshot.worst": 2, "load": 1, "memory-load": 1, "memory-read": 2, "disk": 1,
		} {
			if got := s.Values[name]; len(got) != values || got[0] <= 0 {
				t.Errorf("%d documents: %s is %v, want %d values", s.Documents, name, got, values)
			}
		}
		for _, kib := range settings.Logs {
			all := s.of(kib)
			if len(all) != settings.Rounds*settings.Checkpoints {
				t.Errorf("%d documents: %d checkpoints of %d KiB", s.Documents, len(all), kib)
			}
			for _, c := range all {
				if most := int64(kib) << 10; c.Flushed*200 > most || c.Flushed*500 < most {
					t.Errorf("%d documents: a checkpoint of %d KiB of log wrote %d documents", s.Documents, kib, c.Flushed)
				}
			}
		}
	}
	if during := r.Sizes[1].During; len(during) < 2 || during[0].Flushed == 0 {
		t.Errorf("a load of 2000 documents with a log of 128 KiB ran the checkpoints %+v", during)
	}
	for _, row := range rows(&settings) {
		if r.lacks(row) && row.design != withMerge {
			t.Errorf("row %q is empty", row.title)
		}
	}
}

// TestKilledLogIsReplayed proves that a start after a kill finds what was written, and that
// the next start finds it again.
func TestKilledLogIsReplayed(t *testing.T) {
	dir := t.TempDir() + "/data"
	job := Job{Do: "dirty", Dir: dir, LogLimit: 1 << 20, N: 300, Batch: 100}
	p, err := spawn(context.Background(), job)
	if err != nil {
		t.Fatal(err)
	}
	p.kill()
	for try := range 2 {
		p, err := spawn(context.Background(), Job{Do: "start", Dir: dir, LogLimit: 1 << 20, Of: 500})
		if err != nil {
			t.Fatal(err)
		}
		p.kill()
		var doc struct {
			ID string `json:"_id"`
		}
		if err := json.Unmarshal([]byte(p.outcome.Document), &doc); err != nil || doc.ID != "u0000000250" {
			t.Errorf("start %d: %q, %v", try+1, p.outcome.Document, err)
		}
		if p.outcome.Values["replayed"] < 300 {
			t.Errorf("start %d replayed %v operations", try+1, p.outcome.Values["replayed"])
		}
	}
}
