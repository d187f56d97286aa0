package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/aerodb/aerodb/engine"
)

// confirmReplacement asks whether the database in dir may be replaced. On a terminal
// both are shown side by side; mayAsk is false if standard input is the backup.
func (a *app) confirmReplacement(dir string, r engine.Replacement, mayAsk bool) error {
	what := fmt.Sprintf("the restore replaces the database in %s", dir)
	for _, w := range warnings(r) {
		what += "; " + w
	}
	asks := mayAsk && a.canAsk() && !a.flags.yes
	if asks || a.flags.yes && !a.flags.quiet {
		writeReplacement(a.env.Stderr, dir, r)
	}
	if asks {
		return a.ask(a.needYes(what), "Replace it?")
	}
	return a.needYes(what + "; " + stateLine("live", r.Live) + "; " + stateLine("backup", &r.Backup))
}

// warnings are the reasons to look twice.
func warnings(r engine.Replacement) (list []string) {
	if r.Live == nil {
		list = append(list, "the live database CANNOT BE READ, so nobody knows what is lost")
	} else if r.Foreign() {
		list = append(list, "the backup is of ANOTHER DATABASE")
	}
	if r.Older() && !r.Foreign() {
		list = append(list, fmt.Sprintf("the backup is OLDER: it LACKS the last %s", count(int64(r.Live.Sequence-r.Backup.Sequence), "write")))
	}
	return list
}

// writeReplacement shows both databases side by side.
func writeReplacement(w io.Writer, dir string, r engine.Replacement) {
	live := []string{"not readable", "", "", ""}
	if r.Live != nil {
		live = stateCells(r.Live)
	}
	backup := stateCells(&r.Backup)
	fmt.Fprintf(w, "This replaces the database in %s:\n\n  %-9s  %-36s  %s\n", dir, "", "live", "backup")
	for i, name := range []string{"uuid", "sequence", "documents", "digest"} {
		fmt.Fprintf(w, "  %-9s  %-36s  %s\n", name, live[i], backup[i])
	}
	fmt.Fprintln(w)
	if r.Broken != nil {
		fmt.Fprintf(w, "  The live database does not open: %s\n", r.Broken)
	}
	for _, warning := range warnings(r) {
		fmt.Fprintf(w, "  WARNING: %s.\n", warning)
	}
	fmt.Fprint(w, "  The live database is kept until you drop it; aerodb restore --undo brings it back.\n\n")
}

// stateCells are the facts about a state, each in one cell.
func stateCells(s *engine.State) []string {
	return []string{s.UUID, fmt.Sprint(s.Sequence), fmt.Sprint(s.Documents), s.Digest.String()[:32] + "..."}
}

// stateLine are the same in one line.
func stateLine(name string, s *engine.State) string {
	if s == nil {
		return name + ": not readable"
	}
	return fmt.Sprintf("%s: uuid %s, sequence %d, %s, digest %s", name, s.UUID, s.Sequence, count(s.Documents, "document"), s.Digest)
}

// quoted writes a word so that a shell reads it back.
func quoted(word string) string {
	if word != "" && strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=:,@%+") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
