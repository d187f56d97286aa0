package wal

import "testing"

func TestAllZero(t *testing.T) {
	b := make([]byte, 4*len(zeroBlock))
	for n := 0; n <= len(b); n += 1 + n/9 {
		if !allZero(b[:n]) {
			t.Fatalf("%d zeros", n)
		}
		for i := range n {
			b[i] = 1
			if allZero(b[:n]) {
				t.Fatalf("%d bytes, the one at %d is not zero", n, i)
			}
			b[i] = 0
		}
	}
	for i := range b { // every byte is as the one so many before it
		b[i] = byte(1 + i%len(zeroBlock))
	}
	if allZero(b) {
		t.Error("a repeated pattern")
	}
}
