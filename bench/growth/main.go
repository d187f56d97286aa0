package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/aerodb/aerodb/bench/host"
)

func main() {
	if err := command(); err != nil {
		fmt.Fprintln(os.Stderr, "growth:", err)
		os.Exit(1)
	}
}

func command() error {
	settings := defaults()
	settings.flags(flag.CommandLine)
	dir := flag.String("dir", "", "where the databases go: a `directory` on the disk to measure (default: a temporary one)")
	out := flag.String("out", "", "write growth.json, growth.md, growth.svg and growth-checkpoint.svg into this `directory`")
	page := flag.String("page", "", "put the short table between the marks of this `page`")
	from := flag.String("from", "", "measure nothing: take the growth.json of an earlier run")
	job := flag.String("job", "", "what this program gives to itself")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected %q", flag.Args())
	}
	if *job != "" {
		return work(*job, os.Stdin, os.Stdout)
	}
	result, err := func() (*Result, error) {
		if *from != "" {
			return readResult(*from)
		}
		return measureIn(*dir, settings)
	}()
	if err != nil {
		return err
	}
	fmt.Print(result.table(false))
	return result.write(*out, *page)
}

// measureIn measures in a new directory within dir.
func measureIn(dir string, settings Settings) (*Result, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	root, err := os.MkdirTemp(dir, "aerodb-growth-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(root)
	host.WarnOfMemoryDisk(root)
	result, err := measure(ctx, root, settings)
	if err != nil {
		return nil, errors.Join(err, ctx.Err())
	}
	result.Version = host.Output("git", "describe", "--always", "--dirty")
	return result, nil
}
