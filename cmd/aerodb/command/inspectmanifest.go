package command

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/vfs"
)

// manifestNotes say what the members of the small files mean.
var manifestNotes = map[string]string{
	"kind":           "which of the files this is",
	"format":         "version of the on-disk format",
	"sha256":         "of the file named beside it; on the last line, of every byte before that line",
	"uuid":           "of the database",
	"created_at":     "for people; nothing is ordered by it",
	"generation":     "the folder below generations/ that is live",
	"previous":       "the generation that a restore replaced, kept until it is dropped",
	"sequence":       "of the last operation that the segments contain; in a backup, the log's included",
	"documents":      "how many",
	"digest":         "of these documents",
	"snapshot":       "the snapshot that this checkpoint made",
	"next_segment":   "the number the next segment gets; none is used twice",
	"first_sequence": "of the first operation in the log",
	"file":           "its name in its folder",
	"bytes":          "its exact size",
	"collection":     "its number in keys",
	"version":        "its number in keys",
	"number":         "of a collection or version, as in keys; of a segment, as in its name",
	"crc32c":         "of the whole file",
	"file_bytes":     "of the log with the zeros behind its records",
	"used_bytes":     "of the log's header and records",
}

func (a *app) inspectManifest(name string) error {
	data, err := vfs.ReadFile(a.env.FS, name, manifest.FileBytesMax)
	if err != nil {
		return vfs.Wrap(err, "inspect", name)
	}
	if _, err := manifest.Check(filepath.Base(name), data); err != nil {
		return err
	}
	v, err := document.Parse(data, document.Options{})
	if err != nil {
		return err
	}
	return a.out.result(v, func(w io.Writer) { writeManifest(w, string(data)) })
}

// writeManifest writes the file as it is, each member that was not met before with its
// note.
func writeManifest(w io.Writer, text string) {
	width := 0
	for line := range strings.Lines(text) {
		if n := len(line); n < 60 {
			width = max(width, n)
		}
	}
	noted := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), `"`), `"`)
		note := manifestNotes[name]
		if note == "" || noted[name] {
			fmt.Fprintln(w, line)
			continue
		}
		noted[name] = true
		fmt.Fprintf(w, "%-*s  # %s\n", width, line, note)
	}
	fmt.Fprintln(w, "# checked: the checksum is right, and the file is in the form that AeroDB writes")
}
