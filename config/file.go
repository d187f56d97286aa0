package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/suggest"
)

// fileBytesMax bounds a configuration file; every key once, with its comments,
// takes a twentieth of it.
const fileBytesMax = 64 << 10

// A file is a configuration file that was read.
type file struct {
	name string
	text string
}

// readFile reads the configuration file; nil means there is none and none was
// asked for.
func readFile(in Inputs) (*file, error) {
	name := in.File
	if name == "" {
		name = FileName
	}
	text, err := readText(in.Open, name)
	switch {
	case err == nil:
		return &file{name, text}, nil
	case in.File == "" && errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case dberr.CodeOf(err) != "":
		return nil, err
	}
	return nil, dberr.New(dberr.ConfigIOFailed, "the configuration file cannot be read: %w", err).In(name)
}

// readText reads a whole file of at most fileBytesMax bytes.
func readText(open func(string) (fs.File, error), name string) (string, error) {
	f, err := open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, fileBytesMax+1))
	if err == nil && len(data) > fileBytesMax {
		return "", dberr.New(dberr.ConfigInvalid, "the file is larger than %s", FormatSize(fileBytesMax)).In(name)
	}
	return string(data), err
}

// applyFile sets the keys the file has, in the file's order, so that the first
// mistake in it is the one reported.
func (c *Config) applyFile(f *file) error {
	tree := make(map[string]any)
	meta, err := toml.Decode(f.text, &tree)
	if err != nil {
		return f.syntax(err)
	}
	for _, path := range meta.Keys() {
		if err := c.applyKey(f, tree, path); err != nil {
			return err
		}
	}
	return nil
}

// applyKey checks and stores what the file says at one path.
func (c *Config) applyKey(f *file, tree map[string]any, path toml.Key) error {
	v := lookup(tree, path)
	if k := find(path.String()); k != nil {
		from := Source{File: f.name}
		val, err := k.parseTOML(v)
		if err == nil {
			err = k.check(val)
		}
		if err != nil {
			from.Line = f.line(k.Name)
			return place(err, k, from)
		}
		c.put(k, val)
		c.sources[k.Name] = from
		return nil
	}
	if len(path) == 1 && isSection(path[0]) {
		if _, ok := v.(map[string]any); ok {
			return nil
		}
		return f.invalid(path, "%s is a table of keys, not %s", path, describe(v)).WithHint("write the keys below a line: [%s]", path)
	}
	return f.unknown(path)
}

// lookup returns the value at a path, nil if the way there is not made of
// tables.
func lookup(tree map[string]any, path toml.Key) any {
	var v any = tree
	for _, name := range path {
		table, _ := v.(map[string]any)
		v = table[name]
	}
	return v
}

// unknown is the error for a key that is not in the table.
func (f *file) unknown(path toml.Key) error {
	known := make([]string, len(Keys))
	for i := range Keys {
		known[i] = Keys[i].Name
	}
	err := f.invalid(path, "%s is not a key", path)
	for i := range Keys {
		// The right name in the wrong table, or in none.
		if _, name := Keys[i].Section(); name == path[len(path)-1] {
			return err.WithHint("did you mean %s?", Keys[i].Name)
		}
	}
	if near := suggest.Nearest(path.String(), known); near != "" {
		return err.WithHint("did you mean %s?", near)
	}
	return err.WithHint("remove it; docs/CONFIG.md lists every key")
}

// invalid is an error about what stands at a path of the file.
func (f *file) invalid(path toml.Key, format string, args ...any) *dberr.Error {
	line := f.line(path.String())
	err := dberr.New(dberr.ConfigInvalid, format, args...).In(fmt.Sprintf("%s:%d", f.name, line))
	return err.With("file", f.name).With("line", int64(line)).With("key", path.String())
}

// syntax is the error for a file that is not TOML.
func (f *file) syntax(err error) error {
	var p toml.ParseError
	if !errors.As(err, &p) {
		return dberr.New(dberr.ConfigInvalid, "not TOML: %w", err).In(f.name)
	}
	// Position.Line is one too far where the mistake is a line that ends early,
	// and Position.Start is outside the text for some that are all mistake.
	start := min(max(p.Position.Start, 0), len(f.text))
	line := 1 + strings.Count(f.text[:start], "\n")
	e := dberr.New(dberr.ConfigInvalid, "not TOML: %s", strings.TrimSuffix(p.Message, "."))
	e.In(fmt.Sprintf("%s:%d", f.name, line)).With("file", f.name).With("line", int64(line))
	return e.WithHint("correct the line; strings stand in quotes, tables in [brackets]")
}

// line returns the line, from 1, on which a key stands. The parser does not
// tell, so it is asked again, about the first n lines of the file for growing
// n: the key stands on the line after the last n that were TOML without it.
// That is quadratic in a small file, and is right for quoted keys, dotted keys,
// inline tables and values that take several lines.
func (f *file) line(key string) int {
	at, end := 1, 0
	for n := 1; end < len(f.text); n++ {
		if next := strings.IndexByte(f.text[end:], '\n'); next >= 0 {
			end += next + 1
		} else {
			end = len(f.text)
		}
		tree := make(map[string]any)
		meta, err := toml.Decode(f.text[:end], &tree)
		if err != nil {
			continue
		}
		for _, path := range meta.Keys() {
			if path.String() == key {
				return at
			}
		}
		at = n + 1
	}
	return at
}
