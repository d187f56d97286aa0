package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/suggest"
	"github.com/spf13/cobra"
)

// explainCommand returns `aerodb explain`.
func explainCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "explain CODE",
		Short: "an error code: its cause, what to look at, safe commands in order",
		Long: "Says what an error code means: why it happens, which evidence to gather before\n" +
			"anything is changed, and which commands are safe, in the order to try them.\n" +
			"AERO_ may be left out. No database is opened and no configuration read.",
		Example: "aerodb explain AERO_STORAGE_CORRUPTION",
		Args:    parameters("CODE"),
		RunE:    a.unconfigured(a.explain),
	}
}

func (a *app) explain(args []string) error {
	code := dberr.Code(strings.ToUpper(args[0]))
	if !strings.HasPrefix(string(code), "AERO_") {
		code = "AERO_" + code
	}
	row, ok := dberr.Lookup(code)
	more, known := dberr.Explain(code)
	if !ok || !known {
		var all []string
		for _, e := range dberr.Table {
			all = append(all, string(e.Code))
		}
		return dberr.New(dberr.ConfigInvalid, "%q is no error code%s", args[0], suggest.DidYouMean(string(code), all)).WithHint("docs/ERRORS.md lists them all")
	}
	return a.out.result(explanationValue(row, more), func(w io.Writer) { writeExplanation(w, row, more) })
}

func explanationValue(row dberr.Entry, more dberr.Explanation) document.Value {
	list := func(texts []string) document.Value {
		var items []document.Value
		for _, t := range texts {
			items = append(items, document.StringValue(t))
		}
		return document.ArrayValue(items...)
	}
	return document.ObjectValue(
		document.Member{Name: "code", Value: document.StringValue(string(row.Code))},
		document.Member{Name: "severity", Value: document.StringValue(string(row.Severity))},
		document.Member{Name: "exit", Value: document.IntValue(int64(exitOfCode(row.Code)))},
		document.Member{Name: "meaning", Value: document.StringValue(row.Meaning)},
		document.Member{Name: "cause", Value: document.StringValue(more.Cause)},
		document.Member{Name: "evidence", Value: list(more.Evidence)},
		document.Member{Name: "commands", Value: list(more.Commands)},
		document.Member{Name: "hint", Value: document.StringValue(row.Hint)},
	)
}

func writeExplanation(w io.Writer, row dberr.Entry, more dberr.Explanation) {
	fmt.Fprintf(w, "%s  %s, exit code %d\n%s\n\nCause\n%s\n\nEvidence to gather first\n", row.Code, row.Severity, exitOfCode(row.Code), row.Meaning, wrapped("  ", more.Cause))
	for _, e := range more.Evidence {
		fmt.Fprintln(w, wrapped("  - ", e))
	}
	fmt.Fprintln(w, "\nSafe commands, in this order")
	for i, c := range more.Commands {
		fmt.Fprintf(w, "  %d. %s\n", i+1, c)
	}
	fmt.Fprintf(w, "\n%s\n", wrapped("", "In short: "+row.Hint+"."))
}

// explanationWidth is what a terminal of 80 columns shows.
const explanationWidth = 78

// wrapped breaks text into lines that begin with indent, the further ones with spaces.
func wrapped(indent, text string) string {
	var b strings.Builder
	line := indent
	empty := true
	for _, word := range strings.Fields(text) {
		if !empty && len(line)+1+len(word) > explanationWidth {
			b.WriteString(line + "\n")
			line, empty = strings.Repeat(" ", len(indent)), true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	return b.String() + line
}
