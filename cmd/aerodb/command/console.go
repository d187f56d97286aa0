package command

import (
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell/repl"
)

// rows returns the rows of the terminal, 0 if they are not known.
func (a *app) rows() int {
	if a.env.Size == nil {
		return 0
	}
	_, rows := a.env.Size()
	return rows
}

// pager returns the program that long results go through, "" if none is named.
func (a *app) pager() string {
	if a.config.Shell.Pager != "" {
		return a.config.Shell.Pager
	}
	return a.env.getenv("PAGER")
}

// createOnce begins a file of that name for .once, which cannot ask.
func (a *app) createOnce(name string, replace bool) (repl.File, error) {
	if info, err := a.env.FS.Stat(name); err == nil && info.Mode().IsRegular() && !replace && !a.flags.yes {
		return nil, dberr.New(dberr.ConfigInvalid, "%s exists", name).WithHint("to replace it: .once --replace %s", name)
	}
	if err := a.outside(name); err != nil {
		return nil, err
	}
	f, err := a.stage(name)
	if err != nil {
		return nil, err
	}
	return f, nil
}
