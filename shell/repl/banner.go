package repl

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aerodb/aerodb/engine"
)

// Banner is what a person reads before the first prompt: the database, and what
// recovery had to do.
func Banner(version string, db *engine.DB) string {
	var b strings.Builder
	fmt.Fprintf(&b, "AeroDB %s at %s", version, db.Dir())
	if db.ReadOnly() {
		b.WriteString(", read-only")
	}
	if stats, err := db.Stats(); err == nil {
		noun := "documents"
		if stats.DocumentCount == 1 {
			noun = "document"
		}
		fmt.Fprintf(&b, ": %s %s, sequence %d", thousands(stats.DocumentCount), noun, stats.WALSequence)
	}
	b.WriteByte('\n')
	r := db.Recovery()
	if !r.Sealed && r.Records > 0 {
		fmt.Fprintf(&b, "The last session did not close the database: %d WAL records were replayed.\n", r.Records)
	}
	if r.TornBytes > 0 {
		fmt.Fprintf(&b, "A torn record was cut from the end of %s: %d bytes that were never acknowledged.\n", r.TornFile, r.TornBytes)
	}
	if len(r.Swept) > 0 {
		fmt.Fprintf(&b, "Removed what an interrupted call left behind: %s.\n", strings.Join(r.Swept, ", "))
	}
	if len(r.Unswept) > 0 {
		fmt.Fprintf(&b, "Could not be removed, and are tried again at the next start: %s.\n", strings.Join(r.Unswept, ", "))
	}
	if len(r.Unknown) > 0 {
		fmt.Fprintf(&b, "Files that are not the database's: %s.\n", strings.Join(r.Unknown, ", "))
	}
	b.WriteString("help() lists what there is; Ctrl-D leaves.\n")
	return b.String()
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
