//go:build !race

package memtable

import "github.com/aerodb/aerodb/engine/vfs"

const chunkUnitBits = 18 // 2 MiB: a huge page

// newPages returns zeroed memory for the arena, and how to give it back; nil if the
// garbage collector does.
func newPages(n int, huge bool) (pages []byte, free func([]byte)) {
	b, err := vfs.MapPages(n, huge)
	if err != nil {
		return make([]byte, n), nil
	}
	return b, func(b []byte) { _ = vfs.UnmapPages(b) } // what cannot be given back stays
}
