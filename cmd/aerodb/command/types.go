package command

import (
	"bytes"
	"fmt"
	"io"
	"path"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/shell"
	"github.com/spf13/cobra"
)

// typesFile is the name of the annotations in a directory.
const typesFile = "aerodb.lua"

// typesCommand returns `aerodb types`.
func typesCommand(a *app) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "types",
		Short: "annotations that tell an editor what Lua offers here",
		Long: "Prints LuaLS annotations of storage, db and all other functions: an editor with\n" +
			"the Lua language server then completes and checks runbooks. With --output they\n" +
			"go to a file, or to aerodb.lua in a directory; one that differs is replaced only\n" +
			"with --yes. No database is needed.",
		Example: "aerodb types --output aerodb.lua",
		Args:    parameters(),
	}
	cmd.Flags().StringVar(&output, "output", "", "write to `FILE|DIR`; without it, or with '-', to standard output")
	cmd.RunE = a.configured(func([]string) error {
		text := shell.Annotations()
		if output == "" || output == "-" {
			_, err := io.WriteString(a.out, text)
			return err
		}
		return a.writeTypes(output, []byte(text))
	})
	return cmd
}

// writeTypes writes the annotations to a file unless they are there.
func (a *app) writeTypes(name string, text []byte) error {
	if info, err := a.env.FS.Stat(name); err == nil && info.IsDir() {
		name = path.Join(name, typesFile)
	}
	old, err := vfs.ReadFile(a.env.FS, name, int64(len(text)))
	changed := err != nil || !bytes.Equal(old, text)
	if changed {
		f, err := a.create(name)
		if err != nil {
			return err
		}
		if _, err := f.Write(text); err != nil {
			a.discard(f)
			return vfs.Wrap(err, "types", f.Temporary())
		}
		if err := f.Commit(); err != nil {
			return vfs.Wrap(err, "types", name)
		}
	}
	return a.out.result(document.ObjectValue(
		document.Member{Name: "path", Value: document.StringValue(name)},
		document.Member{Name: "bytes", Value: document.IntValue(int64(len(text)))},
		document.Member{Name: "changed", Value: document.BoolValue(changed)},
	), func(w io.Writer) {
		if changed {
			fmt.Fprintf(w, "wrote %s, %s\n", name, bytesText(int64(len(text))))
		} else {
			fmt.Fprintf(w, "%s is up to date\n", name)
		}
	})
}
