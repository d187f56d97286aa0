package lineedit

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Limits of a history file.
const (
	historyMax      = 1000             // entries offered; a file of twice as many is cut to them
	historyEntryMax = 64 << 10         // bytes; a longer entry stays in this session
	historyFileMax  = 4 << 20          // bytes, of which the last are read; a longer file is cut to half
	lockTries       = 50               // before going on without
	lockPause       = time.Millisecond // between two of them
)

// FileHistory returns a history in a file, which it makes when the first entry is kept,
// for its owner only. Any number of processes may share the file.
//
// The file is text:
//
//	x = 1                    an entry of one line
//	for i = 1, 3 do          an entry of three: each further line
//	<tab>  print(i)          begins with a tab,
//	<tab>end                 which is no part of it
//
// A file of lines, as there was before, reads as entries of one line. An entry is one
// write at the file's end under the file's lock (flock), so entries of several shells
// lie one after the other. When there are twice as many as are offered, the file is
// written anew, beside, and renamed; whoever waited for the lock of the old one notices
// that the name has gone elsewhere and begins again. Where the lock cannot be had the
// entry is appended all the same, and nothing is rewritten.
func FileHistory(name string) History { return &historyFile{name: name} }

type historyFile struct{ name string }

// Load returns the last entries, oldest first. A file that cannot be read has none.
func (h *historyFile) Load() []string {
	f, err := os.Open(h.name)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := tail(f, historyFileMax)
	if err != nil {
		return nil
	}
	return lastEntries(data)
}

// tail reads the last lines of a file, so many bytes at most.
func tail(f *os.File, most int64) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a file")
	}
	from := max(0, info.Size()-most)
	data, err := io.ReadAll(io.NewSectionReader(f, from, info.Size()-from))
	if from > 0 {
		_, data, _ = bytes.Cut(data, []byte("\n"))
		for bytes.HasPrefix(data, []byte("\t")) { // the rest of an entry
			_, data, _ = bytes.Cut(data, []byte("\n"))
		}
	}
	return data, err
}

// lastEntries are the entries of a file that are offered.
func lastEntries(data []byte) []string {
	entries := parseHistory(string(data))
	return entries[max(0, len(entries)-historyMax):]
}

// parseHistory reads the entries of a file. The last line may be torn.
func parseHistory(data string) []string {
	var entries []string
	for line := range strings.Lines(data) {
		line = strings.TrimRight(line, "\r\n")
		further, isFurther := strings.CutPrefix(line, "\t")
		switch {
		case isFurther && len(entries) > 0:
			entries[len(entries)-1] += "\n" + further
		case strings.TrimSpace(line) != "":
			entries = append(entries, strings.TrimLeft(line, " \t"))
		}
	}
	for i := range entries {
		entries[i] = clean(entries[i])
	}
	return slices.DeleteFunc(entries, func(e string) bool { return strings.TrimSpace(e) == "" })
}

// formatHistory writes entries as parseHistory reads them.
func formatHistory(entries ...string) string {
	var b strings.Builder
	for _, e := range entries {
		b.WriteString(strings.ReplaceAll(strings.TrimSpace(clean(e)), "\n", "\n\t"))
		b.WriteByte('\n')
	}
	return b.String()
}

// Append adds an entry at the end of the file.
func (h *historyFile) Append(entry string) error {
	if len(entry) > historyEntryMax {
		return nil
	}
	f, locked, err := h.open()
	if err != nil {
		return err
	}
	err = h.append(f, entry, locked)
	if cerr := f.Close(); err == nil { // which unlocks it
		err = cerr
	}
	return err
}

// open opens the file for appending and locks it.
func (h *historyFile) open() (f *os.File, locked bool, err error) {
	for range lockTries {
		f, err = os.OpenFile(h.name, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			return nil, false, err
		}
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			if h.current(f) {
				return f, true, nil
			}
			f.Close() // rewritten meanwhile
			continue
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return f, false, nil
		}
		f.Close()
		time.Sleep(lockPause)
	}
	f, err = os.OpenFile(h.name, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	return f, false, err
}

// current reports whether the open file still has its name.
func (h *historyFile) current(f *os.File) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(h.name)
	return err == nil && os.SameFile(opened, named)
}

func (h *historyFile) append(f *os.File, entry string, locked bool) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() { // /dev/null, say
		_, err = io.WriteString(f, formatHistory(entry))
		return err
	}
	if info.Mode().Perm() != 0o600 {
		_ = f.Chmod(0o600) // it may be another's file, which is theirs to care for
	}
	text := formatHistory(entry)
	if n := info.Size(); n > 0 {
		var last [1]byte
		if _, err := f.ReadAt(last[:], n-1); err == nil && last[0] != '\n' {
			text = "\n" + text // the last one was torn
		}
	}
	if _, err := io.WriteString(f, text); err != nil || !locked {
		return err
	}
	return h.cut(f)
}

// cut rewrites a file that has grown to twice what is offered, or past what is read.
func (h *historyFile) cut(f *os.File) error {
	data, err := tail(f, historyFileMax)
	if err != nil || len(data) < historyFileMax && bytes.Count(data, []byte("\n"))-bytes.Count(data, []byte("\n\t")) < 2*historyMax {
		return err
	}
	if data, err = tail(f, historyFileMax/2); err != nil {
		return err
	}
	name, err := filepath.EvalSymlinks(h.name)
	if err != nil {
		return err
	}
	beside, err := os.CreateTemp(filepath.Dir(name), ".history-*") // 0600
	if err != nil {
		return err
	}
	_, err = io.WriteString(beside, formatHistory(lastEntries(data)...))
	if err == nil {
		err = beside.Sync()
	}
	if cerr := beside.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(beside.Name(), name)
	}
	if err != nil {
		os.Remove(beside.Name())
	}
	return err
}
