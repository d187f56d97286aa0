package command

import (
	"encoding/hex"
	"io"
	"path/filepath"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/spf13/cobra"
)

// scratchFlag adds --scratch to a command.
func scratchFlag(cmd *cobra.Command, scratch *bool) {
	cmd.Flags().BoolVar(scratch, "scratch", false, "work on a new, empty database in a temporary directory and remove it at the end")
}

// makeScratch creates an empty database in a directory of its own and points o
// to it. Remove removes the directory.
func (a *app) makeScratch(o *engine.Options) (remove func() error, err error) {
	if o.Dir, err = a.temporary("scratch"); err != nil {
		return nil, err
	}
	a.say("scratch database in %s", o.Dir)
	remove = func() error {
		if err := vfs.RemoveAll(o.FS, o.Dir); err != nil {
			return vfs.Wrap(err, "scratch", o.Dir)
		}
		return nil
	}
	if _, err := engine.Init(*o); err != nil {
		if dberr.CodeOf(err) != dberr.DatabaseExists {
			_ = remove() // what Init failed of matters more
		}
		return nil, err
	}
	return remove, nil
}

// temporary returns a name for a directory that lives as long as one command.
func (a *app) temporary(what string) (string, error) {
	var random [8]byte
	if _, err := io.ReadFull(a.env.Rand, random[:]); err != nil {
		return "", dberr.New(dberr.StorageIOError, "no random bytes for the name of the %s directory: %w", what, err)
	}
	return filepath.Join(a.env.TempDir, "aerodb-"+what+"-"+hex.EncodeToString(random[:])), nil
}
