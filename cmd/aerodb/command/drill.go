package command

import (
	"fmt"
	"io"

	"github.com/aerodb/aerodb/engine"
	"github.com/spf13/cobra"
)

// drillCommand returns `aerodb drill`.
func drillCommand(a *app) *cobra.Command {
	var input, scratch string
	cmd := &cobra.Command{
		Use:   "drill --input FILE.tar",
		Short: "try a restore in a scratch directory and time it",
		Long: "Does all of a restore but the last step: unpacks a backup into a scratch\n" +
			"directory, opens it, reads and checks everything, compares the digest, says how\n" +
			"long each step took, and removes it. No database is touched; if there is one,\n" +
			"its HISTORY gets a line with the times.",
		Example: "aerodb drill --input backup.tar",
		Args:    parameters(),
	}
	cmd.Flags().StringVar(&input, "input", "", "try `FILE.tar`; '-' is standard input")
	cmd.Flags().StringVar(&scratch, "scratch-dir", "", "unpack into `DIR`, which must not exist or be empty (a new one in the system's temporary directory)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if input == "" {
			return usage(cmd, "%s wants --input FILE.tar", cmd.CommandPath())
		}
		if err := a.configure(cmd); err != nil {
			return err
		}
		if scratch == "" {
			var err error
			if scratch, err = a.temporary("drill"); err != nil {
				return err
			}
		}
		o := a.options(cmd, scratch)
		o.ReadOnly = false // that is said of the data directory
		a.reported(&o)
		return a.drill(o, a.options(cmd, a.config.DataDir), input)
	}
	return cmd
}

// drill tries the backup in o's directory and tells the HISTORY of live, if there is a
// database.
func (a *app) drill(o, live engine.Options, input string) error {
	src, err := a.openSource(input)
	if err != nil {
		return err
	}
	defer src.close()
	bar := a.steps("restore", "check", "verify")
	r, err := engine.Drill(a.ctx, o, src, engine.RestoreOptions{Path: nameOf(input), Progress: bar.Set})
	bar.Finish()
	if err != nil {
		return err
	}
	engine.Record(live, r.HistoryEntry())
	err = a.out.result(r.Value(), func(w io.Writer) {
		writeProblems(w, r.Problems)
		fmt.Fprintf(w, "restore  %s\nopen     %s\nverify   %s\n", durationText(r.Restore), durationText(r.Open), durationText(r.Verify))
		verdict := "ok: "
		if !r.OK {
			verdict = "FAILED: " + count(int64(len(r.Problems)), "problem") + "; "
		}
		fmt.Fprintf(w, "%s%s, sequence %d, digest %s\n", verdict, count(r.Documents, "document"), r.Sequence, r.Digest)
	})
	if err == nil && !r.OK {
		err = answered(exitCorruption)
	}
	return err
}
