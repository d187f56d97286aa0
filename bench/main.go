package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"time"

	"github.com/aerodb/aerodb/bench/host"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	rounds := flag.Int("rounds", 3, "how many rounds")
	scaleName := flag.String("scale", "small", "small (100 thousand documents, a few minutes) or full (a million)")
	only := flag.String("only", "", "run only workloads that match this regular expression")
	who := flag.String("subjects", "", "run only subjects that match this regular expression")
	dir := flag.String("dir", "", "where the databases go: a directory on the disk to measure (default: a temporary one)")
	jsonFile := flag.String("json", "", "write everything measured to this file")
	markdownFile := flag.String("markdown", "", "write the table to this file too")
	plotFile := flag.String("plot", "", "write a plot (SVG) to this file")
	seed := flag.Uint64("seed", 1, "seed of what is random")
	flag.Parse()

	scale, known := scales[*scaleName]
	if !known {
		return fmt.Errorf("-scale is small or full, not %q", *scaleName)
	}
	onlyRE, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	whoRE, err := regexp.Compile(*who)
	if err != nil {
		return fmt.Errorf("-subjects: %w", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	root, err := os.MkdirTemp(*dir, "aerodb-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	if root, err = filepath.Abs(root); err != nil { // programs are built and run in other folders
		return err
	}
	b := &bench{ctx: ctx, root: root, scale: scale, only: onlyRE, seed: *seed, began: time.Now()}
	report := Report{Seed: *seed, Scale: *scaleName, Rounds: *rounds, Settings: scale, Machine: host.Look(root), Versions: versions()}
	b.subjects, report.Absent = present(whoRE)
	for _, why := range report.Absent {
		fmt.Fprintln(os.Stderr, why)
	}
	host.WarnOfMemoryDisk(root)
	if err := errors.Join(adoptOrphans(), b.build()); err != nil {
		return err
	}
	for round := range *rounds {
		if err := b.round(round); err != nil {
			return errors.Join(err, ctx.Err())
		}
	}
	report.Machine.LoadAfter = host.Load()
	report.Samples = b.samples
	return report.write(*jsonFile, *markdownFile, *plotFile)
}

// present returns the subjects that are asked for and can run here, and why others can't.
func present(who *regexp.Regexp) (chosen []subject, absent []string) {
	for _, s := range subjects {
		if s.name != "aerodb" && s.name != "limit" && !who.MatchString(s.name) {
			continue
		}
		if why := s.absent(); why != "" {
			absent = append(absent, fmt.Sprintf("%s is absent: %s.", s.title, why))
			continue
		}
		chosen = append(chosen, s)
	}
	if !onPath(sqliteShell) {
		absent = append(absent, fmt.Sprintf("The shell of SQLite is absent: %s is not on the PATH.", sqliteShell))
	}
	return chosen, absent
}
