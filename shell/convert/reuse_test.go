package convert

import (
	"math/rand/v2"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// TestWordsAreTheirOwn proves that a string is never taken for one that was kept: strings
// with the same ends and length, which share their slot and their hash, and those at the
// limit of what is kept.
func TestWordsAreTheirOwn(t *testing.T) {
	c := newCodec(t)
	r := rand.New(rand.NewPCG(1, 0))
	for range 20_000 {
		n := r.IntN(wordBytesMax + 3)
		text := strings.Repeat("a", n)
		if n > 0 {
			at := r.IntN(n)
			text = text[:at] + string(rune('a'+r.IntN(3))) + text[at+1:]
		}
		for range 1 + r.IntN(3) {
			if got := c.str([]byte(text)); got != lua.LString(text) {
				t.Fatalf("%q became %q", text, got)
			}
		}
	}
}

// TestWordsAreKept proves that a string which comes again takes no memory from the third
// time on, whatever its length up to the limit, and that a longer one is not kept.
func TestWordsAreKept(t *testing.T) {
	c := newCodec(t)
	var v lua.LValue
	for n := 1; n <= wordBytesMax+1; n++ {
		b := []byte(strings.Repeat("x", n))
		c.str(b)
		c.str(b)
		got := testing.AllocsPerRun(10, func() { v = c.str(b) })
		if kept := got == 0; kept != (n <= wordBytesMax) {
			t.Errorf("%d bytes: %.0f allocations for %q", n, got, v)
		}
	}
}
