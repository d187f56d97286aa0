package vfs

import (
	"bytes"
	"crypto/sha256"
	"sync/atomic"
)

// pageBytes is the unit in which contents are shared between images.
const pageBytes = 4096

// A page is 4096 bytes of a file. Only the content that has its owner may change
// it; a page without such a content never changes again.
type page struct {
	owner *owner
	sum   sum // of data, once nobody may change it
	data  [pageBytes]byte
}

// An owner is compared by address; it must have a size to have one of its own.
type owner struct{ _ byte }

// A sum is a digest, once somebody has asked for it.
type sum struct {
	atomic.Pointer[[sha256.Size]byte]
}

func (s *sum) get(digest func() [sha256.Size]byte) [sha256.Size]byte {
	if d := s.Load(); d != nil {
		return *d
	}
	d := digest()
	s.Store(&d)
	return d
}

// A content is the bytes of a file, shared page by page with other contents and
// copied when written. Bytes beyond size may be set: a power cut can keep bytes
// and lose the size that covers them.
type content struct {
	size     int64
	pages    []*page // nil is zeros; may end before size
	own      *owner  // pages that have this owner are ours alone; nil: none is
	ownTable bool    // the slice pages is ours alone
	sum      *sum    // of size and pages, shared with all that have the same; nil: none yet
}

// share returns a copy of c. From now on both copy what they change.
func (c *content) share() content {
	c.own, c.ownTable = nil, false
	if c.sum == nil {
		c.sum = new(sum)
	}
	return content{size: c.size, pages: c.pages[:len(c.pages):len(c.pages)], sum: c.sum}
}

// table makes the slice of pages ours, about to be changed, and at least n long.
func (c *content) table(n int) {
	c.sum = nil
	if !c.ownTable {
		c.pages = append(make([]*page, 0, max(n, len(c.pages))), c.pages...)
		c.ownTable = true
	}
	if n > len(c.pages) {
		c.pages = append(c.pages, make([]*page, n-len(c.pages))...)
	}
}

// writable returns page i, ours to change.
func (c *content) writable(i int) *page {
	c.table(i + 1)
	if c.own == nil {
		c.own = new(owner)
	}
	old := c.pages[i]
	if old != nil && old.owner == c.own {
		return old
	}
	p := &page{owner: c.own}
	if old != nil {
		p.data = old.data
	}
	c.pages[i] = p
	return p
}

func (c *content) page(i int) *page {
	if i < len(c.pages) {
		return c.pages[i]
	}
	return nil
}

// write sets bytes and leaves the size alone.
func (c *content) write(p []byte, off int64) {
	for len(p) > 0 {
		i, at := int(off/pageBytes), int(off%pageBytes)
		n := min(len(p), pageBytes-at)
		switch zero := allZero(p[:n]); {
		case zero && c.page(i) == nil: // as it is
		case zero && n == pageBytes:
			c.table(i + 1)
			c.pages[i] = nil
		default:
			copy(c.writable(i).data[at:], p[:n])
		}
		p, off = p[n:], off+int64(n)
	}
}

// read fills p from off, whatever the size.
func (c *content) read(p []byte, off int64) {
	for len(p) > 0 {
		i, at := int(off/pageBytes), int(off%pageBytes)
		n := min(len(p), pageBytes-at)
		if pg := c.page(i); pg != nil {
			copy(p, pg.data[at:at+n])
		} else {
			clear(p[:n])
		}
		p, off = p[n:], off+int64(n)
	}
}

// resize sets the size. Bytes beyond a smaller size are gone; a larger one shows
// what was set beyond the old.
func (c *content) resize(size int64) {
	if size <= c.size {
		c.trim(size)
	}
	c.size, c.sum = size, nil
}

// trim makes all bytes from size on zero.
func (c *content) trim(size int64) {
	keep := int((size + pageBytes - 1) / pageBytes)
	if keep < len(c.pages) {
		c.table(0)
		clear(c.pages[keep:])
		c.pages = c.pages[:keep]
	}
	i, at := int(size/pageBytes), int(size%pageBytes)
	if pg := c.page(i); at > 0 && pg != nil && !allZero(pg.data[at:]) {
		clear(c.writable(i).data[at:])
	}
}

// takePages makes the pages [first, last] of c those of from.
func (c *content) takePages(from *content, first, last int) {
	from.own = nil
	c.table(last + 1)
	for i := first; i <= last; i++ {
		c.pages[i] = from.page(i)
	}
}

// allZero reports whether p, at most copyBytes long, holds zeros only.
func allZero(p []byte) bool {
	for len(p) > copyBytes {
		if !bytes.Equal(p[:copyBytes], zeros[:]) {
			return false
		}
		p = p[copyBytes:]
	}
	return bytes.Equal(p, zeros[:len(p)])
}
