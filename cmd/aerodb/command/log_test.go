package command

import (
	"context"
	"io"
	"io/fs"
	"os"
	"testing"

	"github.com/spf13/cobra"
)

// A start with the configuration file that the repository ships reads it once. Looking for
// the line of each key reads it hundreds of times, which is for messages only.
func TestConfiguringIsCheap(t *testing.T) {
	a := &app{ctx: context.Background(), env: &Env{Stderr: io.Discard, Stdout: io.Discard,
		Open: func(string) (fs.File, error) { return os.Open("../../../config.toml") }}}
	a.out = newOutput(a)
	cmd := &cobra.Command{}
	n := testing.AllocsPerRun(3, func() {
		if err := a.configure(cmd); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%.0f allocations", n)
	if a.config.File() == "" || n > 5000 {
		t.Errorf("%.0f allocations, of the file %q", n, a.config.File())
	}
}
