package main

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Settings is how much of everything is done.
type Settings struct {
	Seed   uint64
	Rounds int
	Sizes  []int // documents, rising
	Batch  int   // documents of one InsertMany of the load
	// Logs are sizes of a log in KiB, rising, at which a checkpoint is timed. The last is
	// the database's wal.max_size.
	Logs []int

	// In each round, at each size:
	Starts      int // process starts
	Inserts     int // durable single inserts
	Gets        int
	Queries     int // of each query
	Snapshots   int // each after one change
	Checkpoints int // of each size of log, one after the other
	Kill        int // documents written since the checkpoint before the process is killed
}

func defaults() Settings {
	return Settings{
		Seed: 1, Rounds: 3, Sizes: []int{10_000, 100_000, 1_000_000, 10_000_000}, Batch: 1000, Logs: []int{256, 16 << 10, 64 << 10},
		Starts: 7, Inserts: 3000, Gets: 20_000, Queries: 2000, Snapshots: 5, Checkpoints: 4, Kill: 50_000,
	}
}

// logLimit is the database's wal.max_size in bytes.
func (s *Settings) logLimit() int64 { return int64(s.Logs[len(s.Logs)-1]) << 10 }

func (s *Settings) flags(f *flag.FlagSet) {
	f.Var((*numbers)(&s.Sizes), "sizes", "`documents` to measure at, rising, with commas")
	f.Var((*numbers)(&s.Logs), "logs", "sizes of a log in `KiB` to time a checkpoint of; the last is wal.max_size")
	f.IntVar(&s.Rounds, "rounds", s.Rounds, "how many rounds; a table shows medians over them")
	f.IntVar(&s.Inserts, "inserts", s.Inserts, "durable single inserts in a round, at each size")
	f.IntVar(&s.Kill, "kill", s.Kill, "documents written since the checkpoint before the process is killed")
	f.Uint64Var(&s.Seed, "seed", s.Seed, "seed of what is random")
}

// numbers is a flag of rising whole numbers with commas between.
type numbers []int

// String implements flag.Value.
func (n *numbers) String() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(*n), " ", ","), "[]")
}

// Set implements flag.Value.
func (n *numbers) Set(text string) error {
	var all []int
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.Atoi(strings.ReplaceAll(strings.TrimSpace(part), "_", ""))
		if err != nil || v <= 0 {
			return fmt.Errorf("%q is not a whole number above 0", part)
		}
		all = append(all, v)
	}
	if !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) < len(all) {
		return fmt.Errorf("%s does not rise", text)
	}
	*n = all
	return nil
}
