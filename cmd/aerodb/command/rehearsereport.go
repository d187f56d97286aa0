package command

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/runs"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/vfs"
)

// A rehearsalReport is what a rehearsal found.
type rehearsalReport struct {
	id       string // "" if nothing is kept
	script   runs.Script
	sources  []runs.Source
	run      *runs.Run    // nil for a script without steps
	failure  *dberr.Error // what the script failed of
	before   databaseState
	after    databaseState
	diff     engine.DiffResult
	schemas  []*schema.Schema // that would be registered
	files    []vfs.Change
	asked    []string
	clone    engine.CloneResult
	took     time.Duration
	complete bool
}

func (r *rehearsalReport) outcome() string {
	if r.failure != nil {
		return "failed"
	}
	return "done"
}

// action says what would become of a file.
func action(c vfs.Change) string {
	switch {
	case c.Removed:
		return "remove"
	case c.Existed:
		return "replace"
	}
	return "create"
}

// write is the report for a person.
func (r *rehearsalReport) write(w io.Writer) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "  %-9s %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(w, "REHEARSAL %s of %s: %s after %s\n", r.id, commandLine(r.script), r.outcome(), durationText(r.took))
	if r.failure != nil {
		line("failed of", "%s", r.failure)
	}
	line("before", "%s, sequence %d, %s", count(r.before.documents, "document"), r.before.Sequence, bytesText(r.before.bytes))
	line("", "digest %s", r.before.Digest)
	line("after", "%s, sequence %d, %s", count(r.after.documents, "document"), r.after.Sequence, bytesText(r.after.bytes))
	line("", "digest %s", r.after.Digest)
	if r.run != nil {
		line("steps", "%d done", r.run.StepsDone())
	}
	if r.diff.Equal() {
		line("documents", "none would change")
	}
	for _, c := range r.diff.Collections {
		line("documents", "%s: %d added, %d changed, %d removed", c.Name, c.Added.Count, c.Changed.Count, c.Removed.Count)
		writeDiffering(indented{w}, '+', c.Added)
		writeDiffering(indented{w}, '~', c.Changed)
		writeDiffering(indented{w}, '-', c.Removed)
	}
	for _, s := range r.schemas {
		line("schema", "%s %s would be registered", s.ID, s.Version)
	}
	for _, f := range r.files {
		if f.Removed {
			line("file", "would remove %s", f.Name)
		} else {
			line("file", "would %s %s, %s", action(f), f.Name, bytesText(f.Bytes))
		}
	}
	for _, question := range r.asked {
		line("question", "%s", question)
	}
	if r.id != "" && r.failure == nil {
		fmt.Fprintf(w, "while nothing changes, the real run is:\n  aerodb run --rehearsed %s %s\n", r.id, commandLine(r.script))
	}
	fmt.Fprintln(w, "This was a REHEARSAL: no document and no file was changed.")
}

// indented writes lines further to the right.
type indented struct{ w io.Writer }

func (i indented) Write(p []byte) (int, error) {
	_, err := io.WriteString(i.w, strings.Repeat(" ", 10)+string(p))
	return len(p), err
}

// value is the report as users see it in the other formats.
func (r *rehearsalReport) value() document.Value {
	var members []document.Member
	add := func(name string, v document.Value) {
		members = append(members, document.Member{Name: name, Value: v})
	}
	text := func(name, s string) {
		add(name, document.StringValue(strings.ToValidUTF8(s, "\uFFFD")))
	}
	texts := func(name string, list []string) {
		items := make([]document.Value, len(list))
		for i, s := range list {
			items[i] = document.StringValue(strings.ToValidUTF8(s, "\uFFFD"))
		}
		add(name, document.ArrayValue(items...))
	}
	add("rehearsal", document.BoolValue(true))
	if r.id != "" {
		text("id", r.id)
	}
	text("script", r.script.Path)
	texts("args", r.script.Args)
	text("outcome", r.outcome())
	if r.failure != nil {
		text("code", string(r.failure.Code))
		text("message", r.failure.Text())
	}
	add("before", r.before.value())
	add("after", r.after.value())
	if r.run != nil {
		add("steps_done", document.IntValue(int64(r.run.StepsDone())))
	}
	collections, _ := r.diff.Value().Get("collections")
	add("collections", collections)
	schemas := make([]string, len(r.schemas))
	for i, s := range r.schemas {
		schemas[i] = s.ID + " " + s.Version
	}
	texts("schemas", schemas)
	files := make([]document.Value, len(r.files))
	for i, f := range r.files {
		files[i] = document.ObjectValue(
			document.Member{Name: "path", Value: document.StringValue(strings.ToValidUTF8(f.Name, "\uFFFD"))},
			document.Member{Name: "action", Value: document.StringValue(action(f))},
			document.Member{Name: "bytes", Value: document.IntValue(f.Bytes)},
		)
	}
	add("files", document.ArrayValue(files...))
	texts("questions", r.asked)
	add("clone_linked", document.BoolValue(r.clone.Linked))
	add("clone_copied_bytes", document.IntValue(r.clone.Copied))
	add("clone_ms", document.FloatValue(float64(r.clone.Duration.Microseconds())/1000))
	add("duration_ms", document.FloatValue(float64(r.took.Microseconds())/1000))
	return document.ObjectValue(members...)
}

func (s databaseState) value() document.Value {
	return document.ObjectValue(
		document.Member{Name: "uuid", Value: document.StringValue(s.UUID)},
		document.Member{Name: "sequence", Value: document.IntValue(int64(s.Sequence))},
		document.Member{Name: "digest", Value: document.StringValue(s.Digest)},
		document.Member{Name: "documents", Value: document.IntValue(s.documents)},
		document.Member{Name: "bytes", Value: document.IntValue(s.bytes)},
	)
}
