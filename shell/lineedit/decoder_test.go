package lineedit

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
)

// decode returns the keys of bytes and the texts they announce.
func decode(t *testing.T, in string) (keys []rune, texts []string) {
	t.Helper()
	d := &decoder{in: strings.NewReader(in)}
	buf := make([]byte, 16)
	for {
		n, err := d.Read(buf)
		if err != nil {
			if d.failure() != io.EOF {
				t.Errorf("%q: ended with %v", in, d.failure())
			}
			return keys, texts
		}
		got := []rune(string(buf[:n]))
		if len(got) != 1 {
			t.Fatalf("%q: one Read gave %q", in, buf[:n])
		}
		keys = append(keys, got[0])
		if got[0] == keyText {
			texts = append(texts, d.take())
		}
	}
}

func TestKeys(t *testing.T) {
	for in, want := range map[string][]rune{
		"aé日🎉":                          {'a', 'é', '日', '🎉'},
		"\xff\xc3(":                     {'\uFFFD', '\uFFFD', '('},
		"\x1b[1~\x1b[H\x1bOH\x1b[7~":    {keyHome, keyHome, keyHome, keyHome}, // tmux, xterm, application mode, rxvt
		"\x1b[4~\x1b[F\x1bOF\x1b[8~":    {keyEnd, keyEnd, keyEnd, keyEnd},
		"\x1b[1;5D\x1b[1;3C\x1bOd\x1bb": {keyWordLeft, keyWordRight, keyWordLeft, keyWordLeft},
		"\x1b[A\x1bOB\x1b[C\x1b[D":      {keyUp, keyDown, keyRight, keyLeft},
		"\x1b[1;2C":                     {keyRight},
		"\x1b[3~\x1b[3;5~":              {keyDelete, keyDeleteWord},
		"\x1b\x7f\x1bd\x1b\r":           {keyDeleteBack, keyDeleteWord, keyNewLine},
		"\x1b[13;2u\x1b[27;2;13~":       {keyNewLine, keyNewLine},
		"\x1b[97;5u\x1bOM":              {ctrlA, enter},
		"\x1b[5~\x1b[6~\x1b<\x1b>":      {keyPageUp, keyPageDown, keyOldest, keyNewest},
		"\x1b[I\x1b[12;34R\x1b[[Ax":     {'x'}, // focus, a report, F1 of the console
		"\x1b[15~\x1bOPx":               {'x'}, // F5, F1
		"\x1b\x1b[Cx":                   {keyRight, 'x'},
		"\x1bé":                         {'é'},
		"\x1b[9999999999999999999Cx":    {keyRight, 'x'},
		"\x1b[\rx":                      {enter, 'x'},
		"\x1b":                          nil,
		"\x1b[200~never ended":          nil,
	} {
		keys, _ := decode(t, in)
		keys = slices.DeleteFunc(keys, func(k rune) bool { return k == keyNothing })
		if !slices.Equal(keys, want) {
			t.Errorf("%q: %x, want %x", in, keys, want)
		}
	}
}

func TestPaste(t *testing.T) {
	for in, want := range map[string]string{
		"\x1b[200~for i = 1, 2 do\r\n\tprint(i)\r\nend\r\n\x1b[201~": "for i = 1, 2 do\n    print(i)\nend",
		"\x1b[200~a\rb\x1b[201~":                                     "a\nb",
		"\x1b[200~x\ty\tz\x1b[201~":                                  "x   y   z",
		"\x1b[200~\x1b[31mred\x1b[0m\x1b[201~":                       "[31mred[0m",
		"\x1b[200~\x03\x04\x7f\u009b\xff\x1b[201~":                   "\uFFFD",
		"\x1b[200~\x1b[201~":                                         "",
		"\U0010F701":                                                 "\U0010F701", // the character of a key
	} {
		keys, texts := decode(t, in+"x")
		if !slices.Equal(keys, []rune{keyText, 'x'}) || texts[0] != want {
			t.Errorf("%q: %x %q, want %q", in, keys, texts, want)
		}
	}
	huge := "\x1b[200~" + strings.Repeat("x", pasteMax+1) + "\x1b[201~y"
	if keys, _ := decode(t, huge); !slices.Equal(keys, []rune{keyHuge, 'y'}) {
		t.Errorf("a huge paste: %x", keys)
	}
	fits := "\x1b[200~" + strings.Repeat("x", pasteMax) + "\x1b[201~y"
	if keys, texts := decode(t, fits); !slices.Equal(keys, []rune{keyText, 'y'}) || len(texts[0]) != pasteMax {
		t.Errorf("the largest paste: %x", keys)
	}
}

// FuzzKeys reads keys from anything; each is one character, and it comes to an end.
func FuzzKeys(f *testing.F) {
	f.Add([]byte("a\x1b[1;5C\x1b[200~x\x1b[201~\x1bOM\xff"))
	f.Fuzz(func(t *testing.T, in []byte) {
		keys, _ := decode(t, string(in))
		if len(keys) > len(in) {
			t.Errorf("%d keys of %d bytes", len(keys), len(in))
		}
		if bytes.IndexByte(in, escape) < 0 && len(keys) == 0 && len(in) > 4 && bytes.Count(in, []byte{0}) == 0 {
			t.Errorf("%q: no keys", in)
		}
	})
}
