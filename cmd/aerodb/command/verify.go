package command

import (
	"fmt"
	"io"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/spf13/cobra"
)

// verifyCommand returns `aerodb verify`.
func verifyCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify [PATH]",
		Short: "read and check everything",
		Long: "Reads every byte and checks it: checksums, the order of keys, each document\n" +
			"against its schema, each index entry against its document and back, counts,\n" +
			"digests, the log, the snapshots. PATH is a data directory, a snapshot's folder\n" +
			"or a backup, the data directory if there is none. Nothing is changed but a line\n" +
			"in HISTORY, and it works beside a process that has the database open. Files\n" +
			"that are no part of the database, and snapshots of another one, are named\n" +
			"without failing. The last line is \"ok: ...\" or \"FAILED: ...\"; the exit code is\n" +
			"4 if there is damage, 1 if all that is wrong is that the disk cannot be read.",
		Example: "aerodb verify",
		Args:    parameters("[PATH]"),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.configure(cmd); err != nil {
			return err
		}
		o := a.options(cmd, a.config.DataDir)
		if len(args) > 0 {
			info, err := a.env.FS.Stat(args[0])
			if args[0] == "-" || err == nil && !info.IsDir() {
				return a.verifyBackup(args[0])
			}
			o.Dir = args[0]
		}
		live := o
		a.reported(&o)
		return a.verify(o, live)
	}
	return cmd
}

// verify verifies what lies in o's directory and tells its HISTORY, through live's log.
func (a *app) verify(o, live engine.Options) error {
	bar := a.steps("verify")
	r, err := engine.Verify(a.ctx, o, bar.Set)
	bar.Finish()
	if err != nil {
		return err
	}
	engine.Record(live, r.HistoryEntry())
	return a.report(r)
}

// verifyBackup reports on a backup as verify does on a directory.
func (a *app) verifyBackup(name string) error {
	info, err := a.inspect(name)
	r := engine.VerifyResult{Files: 1, Bytes: info.Bytes, Documents: info.Documents, Digest: info.Digest, Duration: info.Duration}
	if dberr.CodeOf(err) == dberr.BackupInvalid {
		e := dberr.From(err)
		r.Problems = []engine.Problem{{File: e.Path, Offset: e.Offset, HasOffset: e.HasOffset, Code: e.Code,
			Message: e.Message, Affected: "the whole backup: it is restored whole or not at all", Hint: e.Advice()}}
		err = nil
	}
	if err != nil {
		return err
	}
	return a.report(r)
}

// report prints what a verification found and ends with its exit code.
func (a *app) report(r engine.VerifyResult) error {
	err := a.out.result(r.Value(), func(w io.Writer) { writeVerify(w, r) })
	if err == nil && !r.OK() {
		err = answered(verdict(r.Problems))
	}
	return err
}

// verdict returns the exit code of problems: a disk that cannot be read is no
// corruption.
func verdict(problems []engine.Problem) int {
	for _, p := range problems {
		if exitCodes[p.Code] == exitCorruption {
			return exitCorruption
		}
	}
	return exitFailed
}

func writeVerify(w io.Writer, r engine.VerifyResult) {
	writeProblems(w, r.Problems)
	for _, name := range r.Unknown {
		fmt.Fprintf(w, "%s\n  note: no part of the database; it is never read\n", name)
	}
	for _, f := range r.Foreign {
		fmt.Fprintf(w, "%s\n  note: a snapshot of another database, %s: not listed, not counted, kept until you remove the folder\n", f.Folder, f.UUID)
	}
	read := fmt.Sprintf("%s, %s", count(r.Files, "file"), bytesText(r.Bytes))
	if !r.OK() {
		fmt.Fprintf(w, "FAILED: %s in %s, %s\n", count(int64(len(r.Problems)), "problem"), read, durationText(r.Duration))
		return
	}
	read += ", " + count(r.Documents, "document")
	switch {
	case r.IndexEntries == 1:
		read += ", 1 index entry"
	case r.IndexEntries > 1: // a backup is not unpacked, so none are counted
		read += fmt.Sprintf(", %d index entries", r.IndexEntries)
	}
	fmt.Fprintf(w, "ok: %s, digest %s, %s\n", read, r.Digest, durationText(r.Duration))
}

// writeProblems lists problems: where, what, what it affects, which command helps.
func writeProblems(w io.Writer, problems []engine.Problem) {
	for _, p := range problems {
		place := p.File
		if place == "" {
			place = "the database as a whole"
		}
		if p.HasOffset {
			place = fmt.Sprintf("%s at %d", place, p.Offset)
		}
		fmt.Fprintf(w, "%s\n  %s: %s\n", place, p.Code, p.Message)
		if p.Affected != "" {
			fmt.Fprintf(w, "  affected: %s\n", p.Affected)
		}
		if p.Hint != "" {
			fmt.Fprintf(w, "  next: %s\n", p.Hint)
		}
	}
}
