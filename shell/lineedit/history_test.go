package lineedit

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestHistoryKeepsBlocks(t *testing.T) {
	name := filepath.Join(t.TempDir(), "history")
	h := FileHistory(name)
	if got := h.Load(); got != nil {
		t.Errorf("no file gives %q", got)
	}
	entries := []string{"x = 1", "for i = 1, 2 do\n  print(i)\n\nend", `s = "a\nb"`, "t = [[\ntext  \n  x]]", "日本", "f(  \n1)"}
	for _, e := range entries {
		if err := h.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	if got := FileHistory(name).Load(); !slices.Equal(got, entries) {
		t.Errorf("loaded %q\nwant   %q", got, entries)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// TestHistoryReadsWhatIsThere loads files that other versions, or a crash, have left.
func TestHistoryReadsWhatIsThere(t *testing.T) {
	for content, want := range map[string][]string{
		"x = 1\n  y = 2\n\n\nprint(\"a\\nb\")\r\n":  {"x = 1", "y = 2", `print("a\nb")`}, // lines only, as before
		"for i = 1, 2 do\n\t  print(i)\n\tend\nx\n": {"for i = 1, 2 do\n  print(i)\nend", "x"},
		"\tno first line\nx\n":                      {"no first line", "x"},
		"x = 1\nhalf a li":                          {"x = 1", "half a li"},
		"a\x1b[31mb\x00\n\xff\n":                    {"a[31mb", "\uFFFD"},
		"":                                          nil,
	} {
		name := filepath.Join(t.TempDir(), "history")
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		h := FileHistory(name)
		if got := h.Load(); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", content, got, want)
		}
		if err := h.Append("new\nentry"); err != nil {
			t.Fatal(err)
		}
		if got := h.Load(); !slices.Equal(got, append(want, "new\nentry")) {
			t.Errorf("%q, appended: %q", content, got)
		}
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
}

// TestHistoryIsShared appends from several shells at once, through several rewrites.
// Each keeps its order, no entry is torn, and the last ones of all are there.
func TestHistoryIsShared(t *testing.T) {
	const shells, each = 4, 3 * historyMax / 4
	name := filepath.Join(t.TempDir(), "history")
	var wg sync.WaitGroup
	for shell := range shells {
		wg.Go(func() {
			h := FileHistory(name)
			for i := range each {
				if err := h.Append(fmt.Sprintf("shell %d\nentry %d", shell, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got := FileHistory(name).Load()
	if len(got) != historyMax {
		t.Fatalf("%d entries", len(got))
	}
	last := map[int]int{}
	for _, e := range got {
		var shell, n int
		if k, err := fmt.Sscanf(e, "shell %d\nentry %d", &shell, &n); k != 2 || err != nil {
			t.Fatalf("entry %q", e)
		}
		if before, ok := last[shell]; ok && n != before+1 {
			t.Fatalf("shell %d: %d follows %d", shell, n, before)
		}
		last[shell] = n
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(name), "*"))
	if hidden, _ := filepath.Glob(filepath.Join(filepath.Dir(name), ".h*")); err != nil || len(left) != 1 || len(hidden) != 0 {
		t.Errorf("left over: %q %q", left, hidden)
	}
}

// TestHistoryNoticesARewrite: a file that was rewritten while another shell waited for its
// lock is not appended to.
func TestHistoryNoticesARewrite(t *testing.T) {
	h := &historyFile{name: filepath.Join(t.TempDir(), "history")}
	f, locked, err := h.open()
	if err != nil || !locked || !h.current(f) {
		t.Fatalf("locked %v, %v", locked, err)
	}
	defer f.Close()
	if err := os.WriteFile(h.name+".new", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(h.name+".new", h.name); err != nil {
		t.Fatal(err)
	}
	if h.current(f) {
		t.Error("the file that has lost its name passes for the history")
	}
	if err := h.Append("x"); err != nil || !slices.Equal(h.Load(), []string{"x"}) {
		t.Errorf("%v, %q", err, h.Load())
	}
}

// TestHistoryWithoutLock appends though another holds the lock for good.
func TestHistoryWithoutLock(t *testing.T) {
	h := &historyFile{name: filepath.Join(t.TempDir(), "history")}
	f, _, err := h.open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := h.Append("x"); err != nil || !slices.Equal(h.Load(), []string{"x"}) {
		t.Errorf("%v, %q", err, h.Load())
	}
}

// TestHistoryLeavesOthersAlone writes through a link, to what is no file, and not at
// all where it may not.
func TestHistoryLeavesOthersAlone(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := os.WriteFile(real, []byte(strings.Repeat("x = 1\n", 2*historyMax)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	if err := FileHistory(link).Append("new"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info.Mode(), err)
	}
	if got := FileHistory(real).Load(); len(got) != historyMax || got[historyMax-1] != "new" {
		t.Errorf("%d entries in the file", len(got))
	}
	null := FileHistory("/dev/null")
	if err := null.Append("x"); err != nil || null.Load() != nil {
		t.Errorf("/dev/null: %v, %q", err, null.Load())
	}
	if info, err := os.Stat("/dev/null"); err != nil || info.Mode().IsRegular() || info.Mode().Perm() == 0o600 {
		t.Errorf("/dev/null is now %v, %v", info, err)
	}
	if err := FileHistory(filepath.Join(dir, "none", "history")).Append("x"); err == nil {
		t.Error("no error where there is no directory")
	}
}

func TestWorthKeeping(t *testing.T) {
	for _, c := range []struct {
		entry, last string
		want        bool
	}{{"x", "", true}, {"x", "y", true}, {"x", "x", false}, {" x", "", false}, {"\tx", "", false}, {"", "", false}, {"  ", "", false}, {"x\n y", "", true}} {
		if got := worthKeeping(c.entry, c.last); got != c.want {
			t.Errorf("%q after %q: %v", c.entry, c.last, got)
		}
	}
}
