package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/runs"
	"github.com/spf13/cobra"
)

// runsKeep is how many runs --prune keeps unless it is told otherwise.
const runsKeep = 100

// runsCommand returns `aerodb runs`.
func runsCommand(a *app) *cobra.Command {
	var prune bool
	var keep int
	cmd := &cobra.Command{
		Use:   "runs [RUN_ID]",
		Short: "the journal of runbooks",
		Long: "Lists the runs of runbooks with steps and the rehearsals, oldest first: when,\n" +
			"what, how it went. With RUN_ID it shows one whole, step by step, with results\n" +
			"and digests. It works beside a process that has the database open; a run that\n" +
			"goes on is shown as stopped between its steps, or as unknown within one.\n" +
			"Journals stay until --prune removes all but the newest.",
		Example: "aerodb runs",
		Args:    parameters("[RUN_ID]"),
	}
	cmd.Flags().BoolVar(&prune, "prune", false, "remove all but the newest runs and rehearsals")
	cmd.Flags().IntVar(&keep, "keep", runsKeep, "with --prune: how many to keep")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case prune && len(args) > 0:
			return usage(cmd, "--prune takes no RUN_ID")
		case cmd.Flags().Changed("keep") && !prune:
			return usage(cmd, "--keep has a meaning with --prune only")
		case prune:
			return a.opened(func(db *engine.DB, _ []string) error { return a.pruneRuns(db, keep) })(cmd, args)
		}
		if err := a.configure(cmd); err != nil {
			return err
		}
		store, err := engine.RunsOf(a.options(cmd, a.config.DataDir))
		if err != nil {
			return err
		}
		if len(args) > 0 {
			return a.showRun(store, args[0])
		}
		return a.listRuns(store)
	}
	return cmd
}

func (a *app) pruneRuns(db *engine.DB, keep int) error {
	if db.ReadOnly() {
		return dberr.New(dberr.DatabaseReadOnly, "runs --prune removes files, which --read-only forbids").In(db.Dir())
	}
	removed, err := db.Runs().Prune(keep)
	for _, id := range removed {
		a.log.Info("runs.removed", "run", id)
	}
	if err != nil {
		return err
	}
	items := make([]document.Value, len(removed))
	for i, id := range removed {
		items[i] = document.StringValue(id)
	}
	return a.out.result(document.ObjectValue(document.Member{Name: "removed", Value: document.ArrayValue(items...)}), func(w io.Writer) {
		for _, id := range removed {
			fmt.Fprintf(w, "removed %s\n", id)
		}
		fmt.Fprintf(w, "%s removed\n", count(int64(len(removed)), "run"))
	})
}

func (a *app) listRuns(store runs.Store) error {
	list, err := store.List()
	if err != nil {
		return err
	}
	values := make([]document.Value, len(list))
	rows := make([][]string, len(list))
	for i := range list {
		run := &list[i]
		values[i] = run.Value(false)
		if run.Err != nil {
			rows[i] = []string{run.ID, "", "", "damaged", "", run.Err.Error()}
			continue
		}
		rows[i] = []string{run.ID, run.Started, commandLine(run.Script), string(run.Outcome), stepsText(run), millisText(run.Millis)}
	}
	return a.out.result(document.ArrayValue(values...), func(w io.Writer) {
		writeColumns(w, []string{"id", "started", "script", "outcome", "steps done", "took"}, rows)
	})
}

// commandLine is a script with its arguments, as a shell reads them.
func commandLine(s runs.Script) string {
	words := []string{quoted(s.Path)}
	for _, arg := range s.Args {
		words = append(words, quoted(arg))
	}
	return strings.Join(words, " ")
}

func stepsText(run *runs.Run) string {
	if runs.IsRehearsal(run.ID) {
		return "" // they were the clone's
	}
	if len(run.Steps) == run.StepsDone() {
		return fmt.Sprint(run.StepsDone())
	}
	return fmt.Sprintf("%d of %d begun", run.StepsDone(), len(run.Steps))
}

func (a *app) showRun(store runs.Store, id string) error {
	run, err := store.Load(id)
	if err != nil {
		return err
	}
	return a.out.result(run.Value(true), func(w io.Writer) { writeRun(w, &run) })
}

func writeRun(w io.Writer, run *runs.Run) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%-10s  %s\n", name, fmt.Sprintf(format, args...))
	}
	line("run", "%s", run.ID)
	line("script", "%s", commandLine(run.Script))
	line("directory", "%s", run.Script.Directory)
	line("started", "%s", run.Started)
	if run.Ended != "" {
		line("ended", "%s", run.Ended)
	}
	line("outcome", "%s", run.Outcome)
	if run.Problem != nil {
		line("failed of", "%s", strings.TrimPrefix(run.Problem.Code+": "+run.Problem.Message, ": "))
	}
	if run.Rehearsed != "" {
		line("rehearsed", "%s", run.Rehearsed)
	}
	if run.Resumed > 0 {
		line("resumed", "%s", count(int64(run.Resumed), "time"))
	}
	if run.TornBytes > 0 {
		line("torn", "%s behind the last record, of one that was never acknowledged", count(run.TornBytes, "byte"))
	}
	for _, s := range run.Sources {
		line("source", "%s  sha256 %.16s...", s.Name, s.SHA256)
	}
	line("before", "sequence %d, digest %s", run.First.Sequence, run.First.Digest)
	line("last", "sequence %d, digest %s", run.Last.Sequence, run.Last.Digest)
	for i := range run.Steps {
		writeStep(w, i+1, &run.Steps[i])
	}
	switch run.Outcome {
	case runs.Failed, runs.Stopped:
		if !runs.IsRehearsal(run.ID) {
			fmt.Fprintf(w, "to go on: aerodb run --resume %s\n", run.ID)
		}
	case runs.Rehearsed:
		fmt.Fprintf(w, "the real run: aerodb run --rehearsed %s %s\n", run.ID, commandLine(run.Script))
	}
}

func writeStep(w io.Writer, n int, s *runs.Step) {
	fmt.Fprintf(w, "\nstep %d  %s\n  %s", n, s.Name, s.Outcome)
	if s.Outcome != runs.Unknown {
		fmt.Fprintf(w, " after %s, sequence %d -> %d, digest %.16s...", millisText(s.Millis), s.Before.Sequence, s.After.Sequence, s.After.Digest)
	} else {
		fmt.Fprintf(w, ": began %s at sequence %d, digest %.16s..., and neither ended nor failed", s.Began, s.Before.Sequence, s.Before.Digest)
	}
	fmt.Fprintln(w)
	if s.Problem != nil {
		fmt.Fprintf(w, "  %s\n", strings.TrimPrefix(s.Problem.Code+": "+s.Problem.Message, ": "))
	}
	if s.Result != nil {
		fmt.Fprintf(w, "  returned %s\n", abridged(string(s.Result)))
	}
}

// abridged cuts a long line; --output-format json has all of it.
func abridged(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + fmt.Sprintf("... (%d bytes)", len(text))
}
