package vfs

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sync"
)

// Hash returns a digest of all names, kinds and bytes, as the process sees them.
// Images of equal hash are equal, but for modes and for which names are links.
// Digests of files and pages are shared as their bytes are, so hashing many images
// costs what differs between them.
func (m *Mem) Hash() [sha256.Size]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sha256.Sum256(m.appendDir(nil, m.nodes[rootIno]))
}

// appendDir appends a directory: of each name 'd' or 'f', its length, the name,
// then what it names; and '.' at the end.
func (m *Mem) appendDir(b []byte, dir *node) []byte {
	for _, e := range dir.names {
		n, kind := m.nodes[e.ino], byte('f')
		if n.dir {
			kind = 'd'
		}
		b = append(b, kind, byte(len(e.name))) // memNameBytesMax fits a byte
		b = append(b, e.name...)
		if n.dir {
			b = m.appendDir(b, n)
		} else {
			sum := n.cache.digest()
			b = append(b, sum[:]...)
		}
	}
	return append(b, '.')
}

// digest returns the SHA-256 of the size and of what the pages hold.
func (c *content) digest() [sha256.Size]byte {
	c.share() // from now on what is summed does not change
	return c.sum.get(func() [sha256.Size]byte {
		b := binary.BigEndian.AppendUint64(nil, uint64(c.size))
		for i, pg := range c.pages {
			if pg == nil {
				continue
			}
			if sum := pg.digest(); sum != zeroSum() {
				b = binary.BigEndian.AppendUint32(b, uint32(i))
				b = append(b, sum[:]...)
			}
		}
		return sha256.Sum256(b)
	})
}

// zeroSum is made when a Mem is first hashed: the program that has none starts without it.
var zeroSum = sync.OnceValue(func() [sha256.Size]byte { return sha256.Sum256(make([]byte, pageBytes)) })

func (p *page) digest() [sha256.Size]byte {
	return p.sum.get(func() [sha256.Size]byte { return sha256.Sum256(p.data[:]) })
}

// Files lists the paths of all files, not directories, in order, without a slash
// in front.
func (m *Mem) Files() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.files(nil, m.nodes[rootIno], "")
	slices.Sort(list) // "a.b" comes before "a/b", although "a" comes before "a.b"
	return list
}

func (m *Mem) files(list []string, dir *node, prefix string) []string {
	for _, e := range dir.names {
		if n := m.nodes[e.ino]; n.dir {
			list = m.files(list, n, prefix+e.name+"/")
		} else {
			list = append(list, prefix+e.name)
		}
	}
	return list
}
