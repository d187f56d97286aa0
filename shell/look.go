package shell

import (
	"io/fs"
	"path"
	"strings"
)

// Files lists what continues a path that is being typed: files, and directories with a
// slash behind them. Names that begin with a dot are listed if the path's last part does.
// What cannot be read is empty: this is for completion, which only looks.
func (s *Session) Files(typed string) []string {
	if s.env.FS == nil {
		return nil
	}
	dir, prefix := path.Split(typed)
	where := dir
	if where == "" {
		where = "."
	}
	entries, err := s.env.FS.ReadDir(where)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, prefix) || strings.HasPrefix(name, ".") && prefix == "" {
			continue
		}
		isDir := e.IsDir()
		if e.Type()&fs.ModeSymlink != 0 {
			if info, err := s.env.FS.Stat(path.Join(where, name)); err == nil {
				isDir = info.IsDir()
			}
		}
		if isDir {
			name += "/"
		}
		names = append(names, dir+name)
	}
	return names
}

// Topics lists what help explains, sorted.
func (s *Session) Topics() []string { return s.manual().Names() }
