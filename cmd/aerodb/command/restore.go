package command

import (
	"fmt"
	"io"
	"path"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/spf13/cobra"
)

// restoreCommand returns `aerodb restore`.
func restoreCommand(a *app) *cobra.Command {
	var input string
	var undo, drop bool
	cmd := &cobra.Command{
		Use:   "restore --input FILE.tar | --undo | --drop-previous",
		Short: "make a backup the database, or take that back",
		Long: "Unpacks a backup beside the live database, opens and checks it there, and only\n" +
			"then puts it in its place, in one step. '-' is standard input. The database\n" +
			"before is kept: --undo brings it back and removes the restored one with all\n" +
			"that was written to it since; --drop-previous removes the kept one and frees\n" +
			"its space. A database is replaced only after a yes, on a terminal or by --yes.",
		Example: "aerodb restore --input backup.tar --data-dir copy",
		Args:    parameters(),
	}
	f := cmd.Flags()
	f.StringVar(&input, "input", "", "restore `FILE.tar`; '-' is standard input")
	f.BoolVar(&undo, "undo", false, "bring the database before the last restore back")
	f.BoolVar(&drop, "drop-previous", false, "remove the database before the last restore")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if n := truths(f.Changed("input"), undo, drop); n != 1 || f.Changed("input") && input == "" {
			return usage(cmd, "%s wants one of --input FILE.tar, --undo and --drop-previous", cmd.CommandPath())
		}
		if err := a.configure(cmd); err != nil {
			return err
		}
		o := a.options(cmd, a.config.DataDir)
		if o.ReadOnly {
			return dberr.New(dberr.DatabaseReadOnly, "restore changes the data directory, which --read-only forbids").In(o.Dir)
		}
		switch {
		case undo:
			return a.undoRestore(o)
		case drop:
			return a.dropPrevious(o)
		}
		return a.restore(cmd, o, input)
	}
	return cmd
}

// truths counts what is true.
func truths(values ...bool) (n int) {
	for _, v := range values {
		if v {
			n++
		}
	}
	return n
}

func (a *app) restore(cmd *cobra.Command, o engine.Options, input string) error {
	src, err := a.openSource(input)
	if err != nil {
		return err
	}
	defer src.close()
	bar := a.steps("restore", "verify")
	var asked time.Duration // while a person thinks, no time is taken
	r, err := engine.Restore(a.ctx, o, src, engine.RestoreOptions{
		Path: nameOf(input), Progress: bar.Set,
		Confirm: func(r engine.Replacement) error {
			start := a.env.Now()
			defer func() { asked = a.env.Now().Sub(start) }()
			return a.confirmReplacement(o.Dir, r, input != "-")
		},
	})
	bar.Finish()
	if err != nil {
		return err
	}
	r.Duration -= asked
	engine.Record(o, r.HistoryEntry())
	return a.out.result(r.Value(), func(w io.Writer) {
		fmt.Fprintf(w, "restored %s into %s: %s, sequence %d, %s\ndigest  %s\n",
			nameOf(input), o.Dir, count(r.Documents, "document"), r.Sequence, durationText(r.Duration), r.Digest)
		if r.Previous != "" {
			where := a.withDataDir(cmd)
			fmt.Fprintf(w, "the database before is kept in %s\n  to bring it back:   aerodb restore --undo%s\n  to free its space:  aerodb restore --drop-previous%s\n",
				path.Join(o.Dir, "generations", r.Previous), where, where)
		}
	})
}

// withDataDir is what a command must add to mean the same database.
func (a *app) withDataDir(cmd *cobra.Command) string {
	if !cmd.Flags().Changed("data-dir") {
		return ""
	}
	return " --data-dir " + quoted(a.config.DataDir)
}

func (a *app) undoRestore(o engine.Options) error {
	r, err := engine.UndoRestore(a.ctx, o)
	if err != nil {
		return err
	}
	engine.Record(o, r.HistoryEntry(engine.OpUndo))
	return a.out.result(r.Value(), func(w io.Writer) {
		fmt.Fprintf(w, "the database before the restore is back: %s, sequence %d; the restored one is removed, %s freed\ndigest  %s\n",
			count(r.State.Documents, "document"), r.State.Sequence, bytesText(r.FreedBytes), r.State.Digest)
	})
}

func (a *app) dropPrevious(o engine.Options) error {
	r, err := engine.DropPrevious(a.ctx, o)
	if err != nil {
		return err
	}
	engine.Record(o, r.HistoryEntry(engine.OpDrop))
	return a.out.result(r.Value(), func(w io.Writer) {
		fmt.Fprintf(w, "the database before the restore is removed, %s freed; generation %s stays: %s, sequence %d\n",
			bytesText(r.FreedBytes), r.Generation, count(r.State.Documents, "document"), r.State.Sequence)
	})
}
