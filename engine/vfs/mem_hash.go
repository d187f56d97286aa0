package vfs

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
)

// Hash returns a digest of all names, kinds and bytes, as the process sees them.
// Images of equal hash are equal, but for modes and for which names are links.
func (m *Mem) Hash() [sha256.Size]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := sha256.New()
	m.hashDir(h, m.nodes[rootIno])
	return [sha256.Size]byte(h.Sum(nil))
}

func (m *Mem) hashDir(h hash.Hash, dir *node) {
	var head [9]byte
	for _, e := range dir.names {
		n := m.nodes[e.ino]
		head[0] = 'f'
		if n.dir {
			head[0] = 'd'
		}
		binary.BigEndian.PutUint64(head[1:], uint64(len(e.name)))
		h.Write(head[:])
		h.Write([]byte(e.name))
		if n.dir {
			m.hashDir(h, n)
		} else {
			n.cache.hash(h)
		}
		h.Write([]byte{'.'})
	}
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
