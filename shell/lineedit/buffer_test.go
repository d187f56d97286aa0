package lineedit

import (
	"strings"
	"testing"

	"github.com/chzyer/readline"
)

func newBuffer() buffer {
	config := &readline.Config{FuncIsTerminal: func() bool { return false }}
	return buffer{readline.NewRuneBuffer(nil, "", config, 0)}
}

// TestEdits presses keys in a text whose cursor is |.
func TestEdits(t *testing.T) {
	for _, c := range []struct {
		before string
		keys   []rune
		after  string
	}{
		{"ab|c", []rune{keyHome}, "|abc"},
		{"ab\nc|d\nef", []rune{ctrlA}, "ab\n|cd\nef"},
		{"ab\nc|d\nef", []rune{keyEnd}, "ab\ncd|\nef"},
		{"日本|語", []rune{keyLeft}, "日|本語"},
		{"e\u0301|x", []rune{keyLeft}, "|e\u0301x"},
		{"|e\u0301x", []rune{keyRight}, "e\u0301|x"},
		{"👩\u200d👧|", []rune{backspace}, "|"},
		{"a🇩🇪|b", []rune{backspace}, "a|b"},
		{"a|🎉b", []rune{keyDelete}, "a|b"},
		{"a\n|b", []rune{backspace}, "a|b"},
		{"|", []rune{keyLeft, backspace, keyRight, keyDelete}, "|"},
		{"foo.bär_1| = 2", []rune{keyWordLeft}, "foo.|bär_1 = 2"},
		{"|foo.bär_1 = 2", []rune{keyWordRight, keyWordRight}, "foo.bär_1| = 2"},
		{"foo bar.baz| x", []rune{ctrlW}, "foo | x"},
		{"foo bar.baz| x", []rune{keyDeleteBack}, "foo bar.| x"},
		{"foo| bar.baz", []rune{keyDeleteWord}, "foo|.baz"},
		{"ab|c\ndef", []rune{ctrlK}, "ab|\ndef"},
		{"ab|\ndef", []rune{ctrlK}, "ab|def"},
		{"abc\nde|f", []rune{ctrlU}, "abc\n|f"},
		{"abc\n|f", []rune{ctrlU}, "abc|f"},
		{"ab|c\ndef", []rune{ctrlK, keyHome, ctrlY}, "c|ab\ndef"},
		{"one two|", []rune{ctrlW, ctrlA, ctrlY}, "two|one "},
		{"a|b", []rune{ctrlT}, "ba|"},
		{"ab|", []rune{keyNewLine}, "ab\n|"},
	} {
		b := newBuffer()
		text := []rune(strings.Replace(c.before, "|", "", 1))
		b.SetWithIdx(len([]rune(c.before[:strings.Index(c.before, "|")])), text)
		for _, key := range c.keys {
			edits[key](b)
		}
		after, pos := b.at()
		if got := string(after[:pos]) + "|" + string(after[pos:]); got != c.after {
			t.Errorf("%q %v: %q, want %q", c.before, c.keys, got, c.after)
		}
	}
}

// TestLines goes up and down in columns of the screen, not in characters.
func TestLines(t *testing.T) {
	for _, c := range []struct{ before, above, below string }{
		{"日本語\nabc|de\nx", "日|本語\nabcde\nx", "日本語\nabcde\nx|"},
		{"first|", "first|", "first|"},
		{"a\n\n|b", "a\n|\nb", "a\n\n|b"},
	} {
		text := []rune(strings.Replace(c.before, "|", "", 1))
		pos := len([]rune(c.before[:strings.Index(c.before, "|")]))
		mark := func(pos int) string { return string(text[:pos]) + "|" + string(text[pos:]) }
		if got := mark(lineAbove(text, pos)); got != c.above {
			t.Errorf("above %q: %q, want %q", c.before, got, c.above)
		}
		if got := mark(lineBelow(text, pos)); got != c.below {
			t.Errorf("below %q: %q, want %q", c.before, got, c.below)
		}
	}
}
