package command

import (
	"fmt"
	"io"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/spf13/cobra"
)

// initCommand returns `aerodb init`.
func initCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init",
		Short: "create the data directory",
		Long: "Creates an empty database in the data directory, which must not exist or be\nempty. " +
			"On a database that is there already it changes nothing and fails.",
		Example: "aerodb init",
		Args:    parameters(),
	}
	cmd.RunE = a.configured(func([]string) error {
		dir := a.config.DataDir
		if a.flags.readOnly {
			return dberr.New(dberr.DatabaseReadOnly, "init creates a directory, which --read-only forbids").In(dir)
		}
		identity, err := engine.Init(a.options(cmd, dir))
		if err != nil {
			return err
		}
		return a.out.result(document.ObjectValue(
			document.Member{Name: "data_dir", Value: document.StringValue(dir)},
			document.Member{Name: "uuid", Value: document.StringValue(identity.UUID)},
			document.Member{Name: "created_at", Value: document.StringValue(identity.CreatedAt.UTC().Format(time.RFC3339))},
			document.Member{Name: "format", Value: document.IntValue(int64(identity.Format))},
		), func(w io.Writer) {
			fmt.Fprintf(w, "created %s, uuid %s\n", dir, identity.UUID)
		})
	})
	return cmd
}
