package vfs_test

import (
	"bytes"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

func TestPagesAreZeroAndApart(t *testing.T) {
	var maps [][]byte
	for _, n := range []int{4096, 2 << 20, 5<<20 + 1} {
		b, err := vfs.MapPages(n, n > 4096)
		if err != nil || len(b) != n || bytes.Count(b, []byte{0}) != n {
			t.Fatalf("%d bytes: got %d, %v", n, len(b), err)
		}
		for i := range b {
			b[i] = byte(n >> 10)
		}
		maps = append(maps, b)
	}
	for _, b := range maps {
		if bytes.Count(b, []byte{byte(len(b) >> 10)}) != len(b) {
			t.Errorf("the %d bytes changed under another's writes", len(b))
		}
		if err := vfs.UnmapPages(b); err != nil {
			t.Error(err)
		}
	}
}
