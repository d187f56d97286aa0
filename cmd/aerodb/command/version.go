package command

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/spf13/cobra"
)

// versionCommand returns `aerodb version`. It needs no configuration, so that
// it works where nothing else does.
func versionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "the version of the program and of its files",
		Long:    "Prints the program's version, the commit it was built from, the Go version,\nand the version of the on-disk format.",
		Example: "aerodb version",
		Args:    parameters(),
		RunE: a.unconfigured(func([]string) error {
			b := readBuild()
			return a.out.result(document.ObjectValue(
				document.Member{Name: "version", Value: document.StringValue(b.version)},
				document.Member{Name: "commit", Value: document.StringValue(b.commit)},
				document.Member{Name: "go", Value: document.StringValue(runtime.Version())},
				document.Member{Name: "platform", Value: document.StringValue(runtime.GOOS + "/" + runtime.GOARCH)},
				document.Member{Name: "format", Value: document.IntValue(manifest.Format)},
			), func(w io.Writer) {
				fmt.Fprintf(w, "aerodb %s\ncommit %s\n%s %s/%s\non-disk format %d\n",
					b.version, b.commit, runtime.Version(), runtime.GOOS, runtime.GOARCH, manifest.Format)
			})
		}),
	}
}

// A build says what the program was built from.
type build struct{ version, commit string }

// readBuild reads what the Go tool wrote into the binary.
func readBuild() build {
	b := build{"unknown", "unknown"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.version = info.Main.Version
	}
	modified := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			b.commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = " (modified)"
		}
	}
	b.commit += modified
	return b
}
