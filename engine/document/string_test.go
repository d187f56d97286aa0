package document

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// Every byte at every place of the words that ScanString reads at once, against
// the rule said byte by byte.
func TestScanStringBytes(t *testing.T) {
	for c := range 256 {
		for at := range 24 {
			inside := bytes.Repeat([]byte("x"), 24)
			inside[at] = byte(c)
			src := append(append([]byte{'"'}, inside...), `"tail of eight bytes`...)
			end, plain, err := ScanString(src, 0)
			wantEnd, wantPlain := len(inside)+2, true
			switch {
			case c == '"':
				wantEnd = at + 2
			case c < 0x20 || c >= utf8.RuneSelf || c == '\\': // \x is no escape, and \" leaves the string open
				wantEnd, wantPlain = 0, false
			}
			if end != wantEnd || plain != wantPlain || (err == nil) != (wantEnd > 0) {
				t.Errorf("byte 0x%02x at %d: %d, %v, %v, want %d, %v", c, at, end, plain, err, wantEnd, wantPlain)
			}
		}
	}
}

// All runes, raw and escaped, come back as they went in, as encoding/json reads them.
func TestRunes(t *testing.T) {
	var quoted, unquoted []byte
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		s := string(r)
		quoted = AppendQuoted(quoted[:0], s)
		end, _, err := ScanString(quoted, 0)
		if err != nil || end != len(quoted) {
			t.Fatalf("%U: %s: %d, %v", r, quoted, end, err)
		}
		if unquoted = AppendUnquoted(unquoted[:0], quoted); string(unquoted) != s {
			t.Fatalf("%U: %s comes back as %q", r, quoted, unquoted)
		}
		if r < 0x100 {
			var theirs string
			if err := json.Unmarshal(quoted, &theirs); err != nil || theirs != s {
				t.Fatalf("%U: encoding/json reads %q from %s, %v", r, theirs, quoted, err)
			}
		}
	}
}
