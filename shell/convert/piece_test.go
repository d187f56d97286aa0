package convert

import (
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/aerodb/aerodb/engine/document"
)

// TestLongStrings proves that a string which is converted piece by piece becomes what it
// would in one, wherever a piece ends, and that bytes which are no UTF-8 are refused there
// too.
func TestLongStrings(t *testing.T) {
	c := newCodec(t)
	for before := pieceBytes - 5; before <= pieceBytes+1; before++ {
		for _, end := range []string{"", "a", "\"", "\u00e9", "\u65e5\u672c", "\U0001f600\U0001f600", "\x01\u00e9\n"} {
			s := strings.Repeat("x", before) + end
			got, err := c.Text(lua.LString(s))
			if err != nil || string(got) != string(document.AppendQuoted(nil, s)) {
				t.Errorf("%d bytes and %q: %v", before, end, err)
			}
		}
		for _, end := range []string{"\x80", "\xc3", "\xf0\x9f\x98", "\xf0\x9f\x98a", "\x80\x80\x80\x80\x80\x80", "\xed\xa0\x80"} {
			if _, err := c.Text(lua.LString(strings.Repeat("x", before) + end)); err == nil {
				t.Errorf("%d bytes and %q: taken", before, end)
			}
		}
	}
}
