package lineedit

import (
	"slices"
	"strings"
	"testing"
)

const (
	up, down, right, left = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
	home, end             = "\x1b[1~", "\x1b[4~"
)

func TestBlocks(t *testing.T) {
	h := &entries{}
	p := sit(t, 40, 10, h)
	p.types("for i = 1, 2 do\r")
	p.sees("> for i = 1, 2 do\n- |")
	p.types("\tprint(i\rend" + up + end + ")")
	p.sees("> for i = 1, 2 do\n-     print(i)|\n- end")
	p.types("\r") // whole now, so it runs, wherever the cursor is
	p.gets("for i = 1, 2 do\n    print(i)\nend")
	p.types("x = 1\r")
	p.gets("x = 1")
	p.types(up + up)
	p.sees("> for i = 1, 2 do\n-     print(i)\n- end|")
	p.types(left + up + home + "\x1b[3~")
	p.sees("> for i = 1, 2 do\n- |   print(i)\n- end")
	p.types(up + up) // to the first line, to its beginning being no line above: the entry before
	p.sees("> |for i = 1, 2 do\n-    print(i)\n- end")
	p.types("\x1b\r") // Alt-Enter
	p.sees(">\n- |for i = 1, 2 do\n-    print(i)\n- end")
	p.types("\r")
	p.gets("\nfor i = 1, 2 do\n   print(i)\nend")
	if want := []string{"for i = 1, 2 do\n    print(i)\nend", "x = 1", "\nfor i = 1, 2 do\n   print(i)\nend"}; !slices.Equal(h.list, want) {
		t.Errorf("history %q", h.list)
	}
}

func TestHistoryWalk(t *testing.T) {
	p := sit(t, 40, 10, &entries{[]string{"one", "do\ntwo\nend", "three"}})
	p.types("draft" + up)
	p.sees("> three|")
	p.types("!" + up)
	p.sees("> do\n- two\n- end|")
	p.types(up) // walking goes on, not through the lines
	p.sees("> one|")
	p.types(down + down)
	p.sees("> three!|") // as it was left
	p.types(down)
	p.sees("> draft|")
	p.types("\x10\x10\x0e") // Ctrl-P, Ctrl-P, Ctrl-N
	p.sees("> three!|")
	p.types("\x1b<")
	p.sees("> one|")
	p.types("\x03")
	p.gets("[interrupt]")
	p.types(up) // what was changed is forgotten with the block
	p.sees("> three|")
}

func TestSearch(t *testing.T) {
	p := sit(t, 40, 10, &entries{[]string{"storage.stats()", "print(1)", "do\nStorage\nend", "x = 1"}})
	p.types("draft\x12stor")
	p.sees("> do\n- |Storage\n- end\nsearch: stor")
	p.types("\x12")
	p.sees("> |storage.stats()\nsearch: stor")
	p.types("\x12")
	p.sees("> |storage.stats()\nsearch: stor   (nothing)")
	p.types("\x13")
	p.sees("> do\n- |Storage\n- end\nsearch: stor")
	p.types("\x07")
	p.sees("> draft|")
	p.types("\x12prit\x7fnt" + end)
	p.sees("> print(1)|")
	p.types("\x03")
	p.gets("[interrupt]")
	p.types("\x12x =\r")
	p.gets("x = 1")
	p.types("\x12x\x03")
	p.gets("[interrupt]")
	p.sees("> |")
}

func TestPasteIsOneEntry(t *testing.T) {
	h := &entries{}
	p := sit(t, 40, 10, h)
	p.types("a = \x1b[200~1\r\n\tb = 2\r\n\x1b[201~")
	p.sees("> a = 1\n-     b = 2|")
	p.types("\x7f3\r")
	p.gets("a = 1\n    b = 3")
	if !slices.Equal(h.list, []string{"a = 1\n    b = 3"}) {
		t.Errorf("history %q", h.list)
	}
	p.types(" secret\r")
	p.gets(" secret")
	for range 2 {
		p.types("c\r")
		p.gets("c")
	}
	if modes := strings.Fields(p.screen.modes); len(modes) < 6 || modes[0] != "?2004h" || modes[1] != "?2004l" || modes[2] != "?2004h" {
		t.Errorf("modes %s", modes)
	}
	if !slices.Equal(h.list, []string{"a = 1\n    b = 3", "c"}) {
		t.Errorf("history %q", h.list)
	}
}

func TestWideCharacters(t *testing.T) {
	p := sit(t, 11, 8, &entries{})
	p.types("日本語日")
	p.sees("> 日本語日|")
	p.types("本") // does not fit beside its neighbours
	p.sees("> 日本語日\n本|")
	p.types(left)
	p.sees("> 日本語日\n|本")
	p.types(left + "-")
	p.sees("> 日本語-|日\n本")
	p.types("\x0be\u0301\U0001F389" + left + left + "!")
	p.sees("> 日本語-!|e\u0301\n\U0001F389")
	p.types("\r")
	p.gets("日本語-!e\u0301\U0001F389")
}

func TestKeysAtTheEnds(t *testing.T) {
	p := sit(t, 30, 8, &entries{})
	p.types("\x1b[3~\x7f" + left + right + home + end + "\x1b[1;5C\x0b\x15") // nothing to do, and no end
	p.types("abc\x1bOH1\x1bOF2\x1b[H3\x1b[F4\x1b[1;5D5\r")
	p.gets("531abc24")
	p.types("half\x03")
	p.gets("[interrupt]")
	p.sees("> half^C\n> |")
	p.types("\x0c") // Ctrl-L
	p.sees("> |")
	p.types("ab" + left + "\x04") // Ctrl-D in a text deletes
	p.sees("> a|")
	p.types("\x7f\x04")
	p.gets("[EOF]")
}

func TestCompletion(t *testing.T) {
	p := sit(t, 40, 8, &entries{})
	p.types("storage.\t")
	p.sees("> storage.s|\nsnapshot   snapshots  stats")
	p.types("n\t")
	p.sees("> storage.snapshot|\nsnapshot   snapshots")
	p.types("x\t")
	p.sees("> storage.snapshotx|")
	p.types("\x03")
	p.gets("[interrupt]")
	p.types("storage.st\t()\r")
	p.gets("storage.stats()")
}

func TestResize(t *testing.T) {
	p := sit(t, 30, 8, &entries{})
	p.types("print('a line of some length')")
	p.sees("> print('a line of some length\n')|")
	p.screen.resize(20)
	p.resized()
	p.sees("> print('a line of s\nome length')|")
	p.screen.resize(60)
	p.resized()
	p.sees("> print('a line of some length')|")
	p.types("\r")
	p.gets("print('a line of some length')")
}

// TestPanic says that a panic leaves the terminal as it was.
func TestPanic(t *testing.T) {
	cooked := false
	e := newEmulator(20, 5)
	editor, err := New(Config{
		In: strings.NewReader("abc\t"), Out: e, Size: e.size, Resized: func(func()) {},
		Raw:      func() error { cooked = false; return nil },
		Cooked:   func() error { cooked = true; return nil },
		Complete: func(string) (string, []string) { panic("a bug") },
	})
	if err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if r := recover(); r != "a bug" {
				t.Errorf("recovered %v", r)
			}
		}()
		editor.ReadBlock("> ", "- ")
	}()
	if !cooked || e.modes != "?2004h ?2004l " {
		t.Errorf("cooked %v, modes %s", cooked, e.modes)
	}
}

// TestTallBlock shows the part of a block that the cursor is in.
func TestTallBlock(t *testing.T) {
	p := sit(t, 30, 6, &entries{})
	p.types("\x1b[200~do\n1\n2\n3\n4\n5\n6\n7\n8\n9\x1b[201~")
	p.sees("- 4\n- 5\n- 6\n- 7\n- 8\n- 9|")
	p.types(up + up + up + up + up + up + up + up + up)
	p.sees("> d|o\n- 1\n- 2\n- 3\n- 4\n- 5")
	p.types("\x03")
	p.gets("[interrupt]")
	p.sees("- 5\n- 6\n- 7\n- 8\n- 9^C\n> |")
}

// TestVeryLongLine edits a line of many thousand characters.
func TestVeryLongLine(t *testing.T) {
	p := sit(t, 80, 24, &entries{})
	p.types("\x1b[200~s = '" + strings.Repeat("0123456789", 5000) + "'\x1b[201~" + home + "x" + end + "\r")
	p.gets("xs = '" + strings.Repeat("0123456789", 5000) + "'")
}
