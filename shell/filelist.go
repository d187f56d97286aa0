package shell

import (
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/shell/bind"
	"github.com/aerodb/aerodb/shell/lang"
)

// filesModule is the global table files: what Lua's io and os lack.
func filesModule(s *Session) *bind.Module {
	path := bind.Param{Name: "path", Kind: bind.String, Doc: "the folder"}
	return &bind.Module{
		Name: "files", Doc: "folders, which Lua's io and os know nothing of",
		Funcs: []bind.Func{
			{Name: "list", Doc: "Lists a folder, ordered by name.",
				Params:  []bind.Param{path},
				Returns: bind.Field{Type: "table[]", Doc: "a list: `name`, `bytes`, `folder` (whether it is one), `modified_at`."},
				Example: "for _, f in ipairs(files.list(dir)) do print(f.name, f.bytes) end",
				Errors:  []dberr.Code{dberr.StorageIOError},
				Call: func(a *bind.Args) (lua.LValue, error) {
					v, err := s.listFolder(a.String("path"))
					return s.codec.FromValue(v, nil), err
				}},
			{Name: "size", Doc: "Returns the size of a file in bytes.",
				Params:  []bind.Param{{Name: "path", Kind: bind.String, Doc: "the file"}},
				Returns: bind.Field{Type: "integer?", Doc: "the size; nil if there is nothing of that name."},
				Example: `assert(files.size(dir .. "/nothing") == nil)`,
				Errors:  []dberr.Code{dberr.StorageIOError},
				Call: func(a *bind.Args) (lua.LValue, error) {
					info, err := s.env.FS.Stat(a.String("path"))
					switch {
					case vfs.IsNotExist(err):
						return lua.LNil, nil
					case err != nil:
						return nil, vfs.Wrap(err, "files", a.String("path"))
					}
					return lang.Integer(info.Size()), nil
				}},
			{Name: "make_folder", Doc: "Makes a folder and those above it that are missing. One that is there is fine; the data directory is no place for it.",
				Params:  []bind.Param{path},
				Returns: bind.Field{Type: "string", Doc: "the path."},
				Example: `files.make_folder(dir .. "/backups/nightly")`,
				Errors:  []dberr.Code{dberr.StorageIOError},
				Call: func(a *bind.Args) (lua.LValue, error) {
					return a.Value("path"), s.makeFolder(a.String("path"))
				}},
		},
	}
}

// makeFolder makes a folder, which is none of the data directory's.
func (s *Session) makeFolder(name string) error {
	full, err := vfs.Resolve(s.env.FS, name)
	if err == nil && s.env.Database.Dir != "" {
		var data string
		data, err = vfs.Resolve(s.env.FS, s.env.Database.Dir)
		if err == nil && strings.HasPrefix(full+"/", data+"/") {
			return dberr.New(dberr.StorageIOError, "the folder would lie inside the data directory").In(name).
				WithHint("name a place outside of %s", s.env.Database.Dir)
		}
	}
	if err == nil {
		err = vfs.MkdirAll(s.env.FS, name)
	}
	if err != nil {
		return vfs.Wrap(err, "files", name)
	}
	return nil
}

func (s *Session) listFolder(name string) (document.Value, error) {
	entries, err := s.env.FS.ReadDir(name)
	if err != nil {
		return document.Value{}, vfs.Wrap(err, "files", name)
	}
	items := make([]document.Value, 0, len(entries))
	for _, e := range entries {
		info, err := e.Info()
		if vfs.IsNotExist(err) {
			continue // removed meanwhile
		}
		if err != nil {
			return document.Value{}, vfs.Wrap(err, "files", name+"/"+e.Name())
		}
		items = append(items, document.ObjectValue(
			document.Member{Name: "name", Value: document.StringValue(e.Name())},
			document.Member{Name: "bytes", Value: document.IntValue(info.Size())},
			document.Member{Name: "folder", Value: document.BoolValue(e.IsDir())},
			document.Member{Name: "modified_at", Value: document.StringValue(info.ModTime().UTC().Format(time.RFC3339))},
		))
	}
	return document.ArrayValue(items...), nil
}
