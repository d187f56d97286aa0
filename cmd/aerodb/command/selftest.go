package command

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/aerodb/aerodb/cmd/aerodb/command/selftest"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/spf13/cobra"
)

// Unless told how many, the crash loop makes so many rounds, and begins none after so
// long.
const (
	selftestRounds = 100
	selftestTime   = 15 * time.Second
)

// selftestCommand returns `aerodb selftest`.
func selftestCommand(a *app) *cobra.Command {
	var dir string
	var rounds int
	var seed uint32
	cmd := &cobra.Command{
		Use:   "selftest --dir DIR",
		Short: "test whether a disk is fit for a database",
		Long: "Tests the disk below DIR with what AeroDB asks of one: how long a sync takes,\n" +
			"hard links, renames, locks between processes, free space; then processes that\n" +
			"write to a scratch database are killed again and again, and what they\n" +
			"acknowledged must be there. Everything happens in one new folder below DIR,\n" +
			"which is removed at the end. The last line is \"ok: ...\" or \"FAILED: ...\";\n" +
			"the exit code is 1 if a check failed.",
		Example: "aerodb selftest --dir . --rounds 10",
		Args:    parameters(),
	}
	cmd.Flags().StringVar(&dir, "dir", "", "test the disk that `DIR` is on")
	cmd.Flags().IntVar(&rounds, "rounds", 0, fmt.Sprintf("make `N` rounds of the crash loop (%d, or what %v have room for)", selftestRounds, selftestTime))
	cmd.Flags().Uint32Var(&seed, "seed", 0, "make the writes and kills of the `SEED` an earlier test named (a random one)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if dir == "" {
			return usage(cmd, "%s wants --dir DIR", cmd.CommandPath())
		}
		o := selftest.Options{Dir: dir, Rounds: rounds, Seed: uint64(seed)}
		switch {
		case !cmd.Flags().Changed("rounds"):
			o.Rounds, o.TimeMax = selftestRounds, selftestTime
		case rounds < 1:
			return usage(cmd, "--rounds wants at least 1, not %d", rounds)
		}
		if err := a.configure(cmd); err != nil {
			return err
		}
		if !cmd.Flags().Changed("seed") {
			var random [4]byte
			if _, err := io.ReadFull(a.env.Rand, random[:]); err != nil {
				return dberr.New(dberr.StorageIOError, "no random bytes for the seed: %w", err)
			}
			o.Seed = uint64(binary.LittleEndian.Uint32(random[:]))
		}
		return a.selftest(o)
	}
	return cmd
}

func (a *app) selftest(o selftest.Options) error {
	if a.flags.readOnly {
		return dberr.New(dberr.DatabaseReadOnly, "a selftest writes to the disk, which --read-only forbids").In(o.Dir)
	}
	o.FS, o.Now, o.Rand, o.Start, o.WALSize = a.env.FS, a.env.Now, a.env.Rand, a.env.Start, a.config.WAL.MaxSize
	bar := a.steps("crash loop")
	o.Progress = bar.Set
	r, err := selftest.Run(a.ctx, o)
	bar.Finish()
	if err != nil {
		return err
	}
	err = a.out.result(r.Value(), func(w io.Writer) { writeSelftest(w, r) })
	if err == nil && r.Count(selftest.Fail) > 0 {
		err = answered(exitFailed)
	}
	return err
}

func writeSelftest(w io.Writer, r selftest.Result) {
	rows := make([][]string, len(r.Verdicts))
	for i, v := range r.Verdicts {
		rows[i] = []string{v.Check, string(v.Status), v.Measured, v.Meaning}
	}
	writeColumns(w, []string{"check", "verdict", "measured", "meaning"}, rows)
	verdict := "ok: "
	if failed := r.Count(selftest.Fail); failed > 0 {
		verdict = fmt.Sprintf("FAILED: %d of ", failed)
	}
	fmt.Fprintf(w, "%s%s, %s, %s\n", verdict, count(int64(len(r.Verdicts)), "check"),
		count(int64(r.Count(selftest.Warn)), "warning"), durationText(r.Duration))
}
