package lineedit

import (
	"flag"
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

var seed = flag.Int64("seed", 1, "of the random tests")

// plain draws a picture on a fresh screen, as plainly as can be.
func plain(columns, height int, p picture) string {
	e := newEmulator(columns, height)
	rows, cursor := block(columns, p.prompt, p.continuation, p.text, p.pos)
	below := belowRows(columns, p.below, max(0, height-1))
	rows, cursor.row = window(rows, cursor.row, max(1, height-len(below)))
	for i, r := range append(rows, below...) {
		e.y, e.x, e.wrap = i, 0, false
		for _, c := range r.cells {
			if c.width > 0 {
				e.put(c.text, c.width)
			}
		}
	}
	e.y, e.x = cursor.row, cursor.column
	return e.screen()
}

// TestScreenDraws edits at random and compares what the differences made of the screen
// with the picture drawn at once. The width changes too.
func TestScreenDraws(t *testing.T) {
	random := rand.New(rand.NewSource(*seed))
	signs := []string{"a", "b", "c", " ", "\n", "é", "日", "語", "e\u0301", "🎉", "👩\u200d👧", "🇩🇪", "x\n", "long word "}
	for round := range 300 {
		columns, height := 3+random.Intn(30), 4+random.Intn(8)
		e := newEmulator(columns, height)
		s := &screen{out: e, size: e.size}
		b := newBuffer()
		p := picture{prompt: []string{"> ", "aerodb> ", "", "\x1b[1mprod\x1b[0m> ", "日> "}[random.Intn(5)], continuation: "-> "}
		for step := range 60 {
			switch random.Intn(8) {
			case 0, 1, 2:
				b.insert(signs[random.Intn(len(signs))])
			case 3:
				b.move(previous)
			case 4:
				b.move(next)
			case 5:
				b.remove(previous, false)
			case 6:
				b.move([]func([]rune, int) int{lineStart, lineEnd, lineAbove, lineBelow, textStart, textEnd}[random.Intn(6)])
			case 7:
				p.below = nil
				if random.Intn(2) == 0 {
					p.below = []string{"search: 日本", "second"}[:1+random.Intn(2)]
				}
			}
			p.text, p.pos = b.at()
			s.show(p)
			if got, want := e.screen(), plain(columns, height, p); got != want {
				t.Fatalf("-seed %d, round %d, step %d, %d columns, text %q, cursor %d\ngot\n%swant\n%s", *seed, round, step, columns, string(p.text), p.pos, got, want)
			}
		}
	}
}

// TestScreenResizes changes the width while a block is there, on a terminal that breaks
// rows which no longer fit.
func TestScreenResizes(t *testing.T) {
	e := newEmulator(40, 12)
	s := &screen{out: e, size: e.size}
	e.Write([]byte("before\r\n"))
	p := picture{prompt: "aerodb> ", continuation: "     -> ", text: []rune("for i = 1, 日本語日本語 do\n  print(i)\nend"), pos: 30}
	s.show(p)
	for _, columns := range []int{40, 25, 17, 12, 60, 33, 80} {
		e.resize(columns)
		s.resized()
		s.resized() // once more changes nothing
		want := plain(columns, 11, p)
		if got := e.screen(); !strings.HasSuffix(got, want) || strings.Count(got, "aerodb>") != 1 {
			t.Errorf("%d columns: got\n%swant\n%s", columns, got, want)
		}
	}
}

// TestScreenRedraws has a terminal drop what was written, before a picture is drawn and
// after, and looks for all of it, with the mode of pastes.
func TestScreenRedraws(t *testing.T) {
	p := picture{prompt: "> ", continuation: "- ", text: []rune("a\nbc"), pos: 4}
	for _, when := range []string{"before", "after"} {
		e := newEmulator(10, 5)
		s := &screen{out: e, size: e.size}
		if when == "before" {
			s.redraw(pasteOn)
			s.show(p)
		} else {
			s.show(p)
			e.sequence("2J") // the cursor stays
			s.redraw(pasteOn)
		}
		p.text = append(p.text[:4:4], 'd')
		p.pos++
		s.show(p)
		if got, want := e.screen(), "> a\n- bcd|\n"; got != want || e.modes != "?2004h " {
			t.Errorf("dropped %s it is drawn: got\n%swant\n%smodes %q", when, got, want, e.modes)
		}
		p.text, p.pos = p.text[:4], 4
	}
}

// TestScreenDisagrees draws on a terminal that takes four columns for a sign of two: what
// follows it, and the cursor, are where they would be.
func TestScreenDisagrees(t *testing.T) {
	e := newEmulator(40, 5)
	e.apart = true
	s := &screen{out: e, size: e.size}
	b := newBuffer()
	for _, typed := range []string{"👩\u200d👧", "x", "y", "z"} {
		b.insert(typed)
		text, pos := b.at()
		s.show(picture{prompt: "> ", text: text, pos: pos})
	}
	if got := strings.Join(e.lines[0][4:7], ""); got != "xyz" || e.x != 7 {
		t.Errorf("behind the sign is %q, the cursor in column %d", got, e.x)
	}
}

// TestScreenWritesLittle says that a character at the end is one character written.
func TestScreenWritesLittle(t *testing.T) {
	e := newEmulator(80, 24)
	s := &screen{out: e, size: e.size}
	b := newBuffer()
	show := func() int {
		before := e.written
		text, pos := b.at()
		s.show(picture{prompt: "aerodb> ", continuation: "     -> ", text: text, pos: pos})
		return e.written - before
	}
	b.insert("for i = 1, 3 do\n  print(i)")
	show()
	b.insert("x")
	if n := show(); n != 1 {
		t.Errorf("a character at the end: %d bytes", n)
	}
	b.move(previous)
	if n := show(); n > 8 {
		t.Errorf("a step to the left: %d bytes", n)
	}
	if n := show(); n != 0 {
		t.Errorf("nothing: %d bytes", n)
	}
}

func TestFinish(t *testing.T) {
	for _, c := range []struct{ text, mark, want string }{
		{"x = 1", "", "> x = 1\nnext|\n"},
		{"x = 1", "^C", "> x = 1^C\nnext|\n"},
		{"", "", ">\nnext|\n"},
		{"12345678", "", "> 12345678\nnext|\n"}, // the row is full
		{"a\nb", "", "> a\n- b\nnext|\n"},
	} {
		e := newEmulator(10, 5)
		s := &screen{out: e, size: e.size}
		s.show(picture{prompt: "> ", continuation: "- ", text: []rune(c.text), below: []string{"below"}})
		s.finish(c.mark, pasteOff)
		fmt.Fprint(e, "next")
		if got := e.screen(); got != c.want || e.modes != "?2004l " {
			t.Errorf("%q %q: got\n%s%s", c.text, c.mark, got, e.modes)
		}
	}
}
