package command

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
)

// errorsPage is docs/ERRORS.md, from the one table of codes and the exit codes.
func errorsPage() string {
	var b strings.Builder
	b.WriteString(`# Errors

Every error has a code that never changes its meaning, a severity, a message that says what and where, and a hint that says
what to do next. In Lua it is a table with ` + "`code`, `severity`, `message`, `hint` and `details`" + `; the JSON API answers with the
same members.

| severity | meaning |
| --- | --- |
| REJECT | the caller's mistake; nothing happened |
| ERROR | the operation failed; the database goes on |
| FATAL | the database stops until it is reopened, or repaired by a person |
| BUG | an invariant of AeroDB broke; please report it |

| code | severity | exit | what happened | what to do |
| --- | --- | --- | --- | --- |
`)
	for _, e := range dberr.Table {
		fmt.Fprintf(&b, "| `%s` | %s | %d | %s | %s |\n", e.Code, e.Severity, exitCode(context.Background(), dberr.New(e.Code, "x")), e.Meaning, e.Hint)
	}
	b.WriteString("\nThis page is generated from the table of codes; `go test ./cmd/aerodb/command -update` writes it.\n")
	return b.String()
}

func TestErrorsPageIsTrue(t *testing.T) {
	const path = "../../../docs/ERRORS.md"
	if *update {
		if err := os.WriteFile(path, []byte(errorsPage()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != errorsPage() {
		t.Error("docs/ERRORS.md is not what the table of codes says; write it with -update")
	}
}
