package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// flags are what main was told.
type flags struct {
	draw    int
	seed    string
	run     string
	jobs    int
	list    bool
	update  bool
	verbose bool
}

func main() {
	var o flags
	flag.IntVar(&o.draw, "n", 0, "plant so many faults, drawn by -seed; 0 is all")
	flag.StringVar(&o.seed, "seed", "", "what -n draws by: any text, such as a commit")
	flag.StringVar(&o.run, "run", "", "plant the faults whose chapter and name, with a colon between, match this regular expression")
	flag.IntVar(&o.jobs, "j", max(1, runtime.NumCPU()), "faults tried at the same time")
	flag.BoolVar(&o.list, "list", false, "list the faults and plant none")
	flag.BoolVar(&o.update, "update", false, "write "+page+" and plant none")
	flag.BoolVar(&o.verbose, "v", false, "show what each test said")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := start(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mutation:", err)
		os.Exit(1)
	}
}

func start(ctx context.Context, o flags, w io.Writer) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	if o.update {
		return os.WriteFile(filepath.Join(root, page), []byte(renderPage()), 0o644)
	}
	list, err := choose(o)
	if err != nil {
		return err
	}
	if o.list {
		for _, f := range list {
			fmt.Fprintf(w, "%s (%s): %s of %s\n", f.name, f.file, f.test, f.pkg)
		}
		return nil
	}
	temp, err := os.MkdirTemp("", "mutation")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	r := &runner{ctx: ctx, root: root, temp: temp}
	return r.all(list, o, w)
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	return strings.TrimSpace(string(out)), err
}

// choose returns the faults that the flags ask for.
func choose(o flags) ([]fault, error) {
	matches, err := regexp.Compile(o.run)
	if err != nil {
		return nil, err
	}
	var list []fault
	for _, c := range chapters {
		for _, f := range c.faults {
			if matches.MatchString(c.title + ": " + f.name) {
				list = append(list, f)
			}
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no fault and no chapter has a name like %q", o.run)
	}
	if o.draw > 0 {
		list = draw(list, o.draw, o.seed)
	}
	return list, nil
}

// all tries the faults and prints what became of each, in their order.
func (r *runner) all(list []fault, o flags, w io.Writer) error {
	start := time.Now()
	if err := r.control(list); err != nil {
		return err
	}
	fmt.Fprintf(w, "without a fault all tests pass, %.0f s\n", time.Since(start).Seconds())
	results := make([]chan result, len(list))
	for i := range results {
		results[i] = make(chan result, 1)
	}
	var next atomic.Int64
	for range max(1, o.jobs) {
		go func() {
			for i := int(next.Add(1)) - 1; i < len(list); i = int(next.Add(1)) - 1 {
				results[i] <- r.try(i, list[i])
			}
		}()
	}
	bad := 0
	for _, c := range results {
		res := <-c
		report(w, res, o.verbose)
		if !res.verdict.outcome.good() {
			bad++
		}
	}
	fmt.Fprintf(w, "%d faults, %d caught, %.0f s\n", len(list), len(list)-bad, time.Since(start).Seconds())
	if bad > 0 {
		return fmt.Errorf("%d of %d faults were not caught", bad, len(list))
	}
	return nil
}

// report prints the row of a fault, and what explains one that was not caught.
func report(w io.Writer, r result, verbose bool) {
	v := r.verdict
	fmt.Fprintf(w, "%-8s %5.1f s  %-64s %s\n", v.outcome, r.took.Seconds(), v.test, r.fault.name)
	if v.outcome.good() && !verbose {
		return
	}
	if r.err != nil {
		fmt.Fprintln(w, r.err)
	}
	fmt.Fprintln(w, v.output)
}
