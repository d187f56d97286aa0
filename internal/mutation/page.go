package main

import (
	"fmt"
	"strings"
)

// page is the file that -update writes.
const page = "docs/MUTATION.md"

const pageHead = `# Planted faults

A test suite that cannot fail proves nothing. So each fault below is planted in the product, one at a time, and the test
named beside it must fail. This page is written by the program that plants them: ` + "`go run ./internal/mutation -update`" + `.

` + "```" + `
.ci/mutants                      all of them: about ten minutes on 2 cores
.ci/mutants 10                   ten, drawn by the commit: what CI does at each change
go run ./internal/mutation -run digest    those whose chapter or name matches
` + "```" + `

A fault is one small edit of one file: a text that is there exactly once, and what stands there instead. The tree is not
touched; the compiler is told to read the edited file in the place of the real one. A fault that survives, does not compile or
no longer applies to the code fails the run, and so does a test that fails without any fault. A fault that only makes its test
hang counts as caught, and the run says so. ` + "`go test ./...`" + ` checks at each run that every fault still applies and that
this page lists exactly these faults. The edits are in ` + "`internal/mutation/faults_*.go`" + `.

Two more tests plant faults of one kind by themselves, at every place there is: ` + "`TestBarriers`" + ` of ` + "`engine`" + ` and of
` + "`engine/wal`" + ` leave out each sync of a workload in turn, whichever line it comes from, and the crash sweep must notice. Those that it does
not notice are listed there with the reason.

`

// renderPage returns the content of docs/MUTATION.md.
func renderPage() string {
	var b strings.Builder
	b.WriteString(pageHead)
	fmt.Fprintf(&b, "%d faults:\n", len(allFaults()))
	for _, c := range chapters {
		fmt.Fprintf(&b, "\n## %s\n\n| fault | in | caught by |\n| --- | --- | --- |\n", c.title)
		for _, f := range c.faults {
			fmt.Fprintf(&b, "| %s | `%s` | `%s` %s |\n", f.name, f.file, f.pkg, f.test)
		}
	}
	return b.String()
}
