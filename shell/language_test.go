package shell

import (
	"os"
	"strings"
	"testing"
)

// TestLanguagePage runs every block of docs/lua/language.md. What a line of a block
// says it prints, after -->, is what is printed.
func TestLanguagePage(t *testing.T) {
	page, err := os.ReadFile("../docs/lua/language.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(page), "```lua\n")
	if len(blocks) < 5 {
		t.Fatalf("%d blocks", len(blocks)-1)
	}
	for _, rest := range blocks[1:] {
		block, _, _ := strings.Cut(rest, "```")
		s := newSession(t)
		s.mustRun(t, block)
		for line := range strings.SplitSeq(block, "\n") {
			if _, want, ok := strings.Cut(line, "--> "); ok && !strings.Contains(s.out.String(), want+"\n") {
				t.Errorf("%s\nprinted %q", line, s.out.String())
			}
		}
	}
}
