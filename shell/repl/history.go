package repl

import (
	"io"
	"io/fs"
	"strings"

	"github.com/aerodb/aerodb/shell/lang"
)

// historyMax is how many entries of the file are offered.
const historyMax = 1000

// History keeps statements from one session to the next, one a line.
type History interface {
	Load() []string
	Append(entry string) error
}

// FileHistory is a history in a file. Open reads it; appendTo opens it for appending
// and creates it for its owner only.
func FileHistory(name string, open func(string) (fs.File, error), appendTo func(string) (io.WriteCloser, error)) History {
	return &fileHistory{name, open, appendTo}
}

type fileHistory struct {
	name     string
	open     func(string) (fs.File, error)
	appendTo func(string) (io.WriteCloser, error)
}

// Load returns the last entries, oldest first. A file that cannot be read is none.
func (h *fileHistory) Load() []string {
	f, err := h.open(h.name)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil
	}
	var entries []string
	for line := range strings.SplitSeq(string(data), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			entries = append(entries, line)
		}
	}
	if len(entries) > historyMax {
		entries = entries[len(entries)-historyMax:]
	}
	return entries
}

// Append adds an entry.
func (h *fileHistory) Append(entry string) error {
	f, err := h.appendTo(h.name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, entry+"\n")
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// entries are the history lines of a statement: one, if its lines can be joined, else
// one a line.
func entries(text string) []string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	joined := strings.Join(lines, " ")
	if len(lines) == 1 || !strings.Contains(text, "--") && !strings.Contains(text, "[[") && !strings.Contains(text, "[=") && (lang.Check(joined, ChunkName) == nil || lang.Check("return "+joined, ChunkName) == nil) {
		return []string{joined}
	}
	return lines
}
