package command

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/spf13/cobra"
)

// checkCommand returns `aerodb check`.
func checkCommand(a *app) *cobra.Command {
	recovery, backup, drill, full := "2s", "24h", "7d", "80%"
	cmd := &cobra.Command{
		Use:   "check",
		Short: "one cron line: what an operator should know before users do",
		Long: "Looks how full the log is, how long the next recovery would take, and how old\n" +
			"the last backup and the last drill are. It reads a few small files and no data,\n" +
			"changes nothing, and works beside a process that has the database open. What is\n" +
			"not as asked for is printed, with the command that mends it, and the exit code\n" +
			"is 1. A bound of 0 asks for nothing. Times are as in 90s, 15m, 24h, 7d.",
		Example: "aerodb check --max-backup-age 0 --max-drill-age 0 --max-recovery 5s --max-wal 90%",
		Args:    parameters(),
	}
	cmd.Flags().StringVar(&recovery, "max-recovery", recovery, "the next recovery may take `TIME`")
	cmd.Flags().StringVar(&backup, "max-backup-age", backup, "the last backup may be `TIME` old")
	cmd.Flags().StringVar(&drill, "max-drill-age", drill, "the last drill may be `TIME` old")
	cmd.Flags().StringVar(&full, "max-wal", full, "the log may be full to `PERCENT`")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var b engine.Bounds
		var err error
		for _, f := range []struct {
			flag, text string
			span       *time.Duration
		}{{"max-recovery", recovery, &b.Recovery}, {"max-backup-age", backup, &b.BackupAge}, {"max-drill-age", drill, &b.DrillAge}} {
			if *f.span, err = parseSpan(f.text); err != nil {
				return usage(cmd, "--%s: %w", f.flag, err)
			}
		}
		if b.WAL, err = parsePercent(full); err != nil {
			return usage(cmd, "--max-wal: %w", err)
		}
		if err := a.configure(cmd); err != nil {
			return err
		}
		return a.check(a.options(cmd, a.config.DataDir), b)
	}
	return cmd
}

func (a *app) check(o engine.Options, b engine.Bounds) error {
	r, err := engine.Check(o, b)
	if err != nil {
		return err
	}
	for i := range r.Findings {
		if rest, found := strings.CutPrefix(r.Findings[i].Command, "aerodb "); found {
			r.Findings[i].Command = a.program() + " " + rest
		}
	}
	err = a.out.result(r.Value(), func(w io.Writer) { writeCheck(w, r) })
	if err == nil && !r.OK() {
		err = answered(exitFailed)
	}
	return err
}

// writeCheck writes one line if all is as asked for, else one for each that is not.
func writeCheck(w io.Writer, r engine.CheckResult) {
	var kept []string
	for _, f := range r.Findings {
		if f.OK {
			kept = append(kept, f.Message)
			continue
		}
		fmt.Fprintf(w, "FAILED: %s; run: %s\n", f.Message, f.Command)
	}
	if r.OK() {
		fmt.Fprintf(w, "ok: %s\n", strings.Join(kept, "; "))
	}
}

// parseSpan reads a time span as Go does, with days as well: "7d".
func parseSpan(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return 0, fmt.Errorf("%q is no time; it is written like 90s, 15m, 24h or 7d", text)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no time; it is written like 90s, 15m, 24h or 7d", text)
	}
	return d, nil
}

// parsePercent reads "80%" or "80" as 0.8.
func parsePercent(text string) (float64, error) {
	n, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || n < 0 || n > 100 {
		return 0, fmt.Errorf("%q is no percentage from 0 to 100", text)
	}
	return n / 100, nil
}
