package command

import (
	"fmt"
	"io"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/shell/progress"
	"github.com/spf13/cobra"
)

// backupCommand returns `aerodb backup` and its subcommand.
func backupCommand(a *app) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "backup --output FILE.tar",
		Short: "write the whole database to one tar, or inspect one",
		Long: "Writes the whole database, as of now, to one tar; '-' is standard output. The\n" +
			"data directory gets a line in HISTORY and is not changed otherwise, and every\n" +
			"file is checked on the way. FILE.tar appears under its name only when it is\n" +
			"whole; one that is there is replaced only with --yes. The same state is the same\n" +
			"bytes.",
		Example: "aerodb backup --output backup.tar",
		Args:    parameters(),
	}
	cmd.Flags().StringVar(&output, "output", "", "write to `FILE.tar`; '-' is standard output")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case output == "":
			return usage(cmd, "%s wants --output FILE.tar", cmd.CommandPath())
		case output == "-" && a.env.StdoutTTY:
			return usage(cmd, "a backup is no text: standard output is a terminal").WithHint("name a file with --output FILE.tar, or send it into a pipe")
		}
		return a.opened(func(db *engine.DB, _ []string) error {
			if output == "-" {
				return a.backupStream(db)
			}
			return a.backupFile(db, output)
		})(cmd, args)
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "inspect FILE.tar",
		Short: "check a backup and say what it holds",
		Long: "Reads a backup to its end, checks every byte of it and prints what it holds.\n" +
			"Nothing is unpacked. '-' is standard input.",
		Example: "aerodb backup inspect backup.tar",
		Args:    parameters("FILE.tar"),
		RunE:    a.configured(a.inspectBackup),
	})
	return cmd
}

func (a *app) backupFile(db *engine.DB, name string) error {
	if err := a.mayReplace(name); err != nil {
		return err
	}
	bar := a.steps("backup")
	r, err := db.BackupFile(a.ctx, name, true, bar.Set)
	bar.Finish()
	if err != nil {
		return err
	}
	db.Record(r.HistoryEntry())
	return a.out.result(r.Value(), func(w io.Writer) { writeBackup(w, "backup "+name, r) })
}

// backupStream writes the backup to standard output, and what is to be said of it to
// standard error.
func (a *app) backupStream(db *engine.DB) error {
	bar := a.steps("backup")
	r, err := db.Backup(a.ctx, a.out.guard, bar.Set)
	bar.Finish()
	if err != nil {
		return err
	}
	db.Record(r.HistoryEntry())
	if !a.flags.quiet {
		writeBackup(a.env.Stderr, "aerodb: backup", r)
	}
	return nil
}

func (a *app) inspectBackup(args []string) error {
	r, err := a.inspect(args[0])
	if err != nil {
		return err
	}
	v := r.Value()
	return a.out.result(v, func(w io.Writer) { writeMembers(w, v, "") })
}

// inspect reads a backup to its end; '-' is standard input.
func (a *app) inspect(name string) (engine.BackupInfo, error) {
	src, err := a.openSource(name)
	if err != nil {
		return engine.BackupInfo{}, err
	}
	defer src.close()
	bar := progress.New(a.env.Stderr, a.showProgress(), "inspect "+name, src.size, progress.Bytes)
	defer bar.Finish()
	return engine.InspectBackup(a.ctx, src, nameOf(name), a.env.Now, func(done, _ int64) { bar.Set(done) })
}

// nameOf is what a source is called in messages.
func nameOf(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// steps draws the bars of a call that takes some steps, each with its label.
func (a *app) steps(labels ...string) *progress.Steps {
	return progress.NewSteps(a.env.Stderr, a.showProgress(), labels...)
}

// writeBackup describes a backup to a person.
func writeBackup(w io.Writer, what string, r engine.BackupInfo) {
	fmt.Fprintf(w, "%s: %s, %s, sequence %d, %s\ndigest  %s\nsha256  %s\n",
		what, count(r.Documents, "document"), bytesText(r.Bytes), r.Sequence, durationText(r.Duration), r.Digest, r.SHA256)
}
