package command

import (
	"io"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/engine/wal"
	"github.com/spf13/cobra"
)

// A fileKind is one kind of file that a person may take for another.
type fileKind struct {
	name  string // with its article
	looks func(head, tail []byte) bool
	named func(base string) bool // whether a file of that name is to be one; nil if no name says so
	shown string                 // how to look at one: words that its path may follow; "" if nothing shows it
}

// kindBytes is how much of each end of a file tells its kind, in bytes.
const kindBytes = 512

// fileKinds are in the order in which they are tried.
var fileKinds = []fileKind{
	{"a log", func(head, _ []byte) bool { return wal.IsLog(head) }, hasSuffix(".wal"), "aerodb inspect wal"},
	{"a segment", func(_, tail []byte) bool { return segment.IsSegment(tail) }, hasSuffix(".seg"), "aerodb inspect segment"},
	{"a manifest", begins(`\{\n  "kind": "[a-z_]+",\n  "format": `), isOneOf("CURRENT", "DATABASE", "CHECKPOINT", "manifest.json", "end.json"), "aerodb inspect manifest"},
	{"a backup", func(head, _ []byte) bool { return len(head) > 262 && string(head[257:262]) == "ustar" }, nil, "aerodb backup inspect"},
	{"the file HISTORY", begins(`[0-9a-f]{8} \{"time":"`), nil, ""},
	{"the journal of a runbook", begins(`\{"n":0,"format":\d`), nil, ""},
	{"JSON", begins(`\s*\{`), nil, ""},
}

func hasSuffix(suffix string) func(string) bool {
	return func(base string) bool { return filepath.Ext(base) == suffix }
}

func isOneOf(names ...string) func(string) bool {
	return func(base string) bool { return slices.Contains(names, base) }
}

func begins(pattern string) func(head, tail []byte) bool {
	expression := regexp.MustCompile("^" + pattern)
	return func(head, _ []byte) bool { return expression.Match(head) }
}

// wantKind refuses a file that is not of the kind that shown shows. One that is of no kind
// may be a damaged one if its name says that it is to be one.
func (a *app) wantKind(cmd *cobra.Command, shown, file string) error {
	head, tail, err := a.ends(file)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(fileKinds, func(k fileKind) bool { return k.looks(head, tail) })
	want := fileKinds[slices.IndexFunc(fileKinds, func(k fileKind) bool { return k.shown == shown })]
	switch {
	case i < 0 && want.named(filepath.Base(file)):
		return nil
	case i < 0:
		return usage(cmd, "%s is not %s: neither what is in it nor its name is like one", file, want.name)
	case fileKinds[i].shown == shown:
		return nil
	}
	found := fileKinds[i]
	e := usage(cmd, "%s is not %s; it looks like %s", file, want.name, found.name)
	if found.shown != "" {
		e = e.WithHint("look at it with: %s %s", found.shown, file)
	}
	return e
}

// ends returns the first and the last bytes of a file.
func (a *app) ends(file string) (head, tail []byte, err error) {
	f, err := a.env.FS.OpenFile(file, vfs.O_RDONLY, 0)
	if err != nil {
		return nil, nil, unreadable(file, err)
	}
	defer f.Close() // nothing was written
	info, err := f.Stat()
	if err != nil {
		return nil, nil, unreadable(file, err)
	}
	read := func(at int64) []byte {
		b := make([]byte, min(kindBytes, info.Size()-at))
		n, rerr := f.ReadAt(b, at)
		if rerr != nil && rerr != io.EOF && err == nil {
			err = unreadable(file, rerr)
		}
		return b[:n]
	}
	head, tail = read(0), read(max(0, info.Size()-kindBytes))
	return head, tail, err
}
