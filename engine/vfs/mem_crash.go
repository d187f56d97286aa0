package vfs

import "math/rand/v2"

// AfterCrash returns what a power cut now leaves, if it keeps of what is pending
// what loss says. In the new file system everything is durable, nothing is open,
// locked, failing or traced. m stays as it is.
//
// Images share pages with m until either changes them: an image costs what the
// number of files costs and what survived, not the files' sizes.
func (m *Mem) AfterCrash(loss Loss) *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	img, all := m.image(), m.reach()
	for _, r := range all {
		n := &node{ino: r.node.ino, dir: r.node.dir, mode: r.node.mode}
		n.disk, n.durable = r.node.disk.share(), r.node.durable
		img.nodes[n.ino] = n
	}
	number := 0
	for _, s := range slotsOf(all) {
		n := img.nodes[s.node.ino]
		if s.rename != nil {
			n.keepRename(s.rename, loss.fate(s.pending(number, 0)))
			number++
			continue
		}
		number = m.keepChange(n, s, number, loss)
	}
	img.settle()
	return img
}

// Clone returns what a process that is killed now leaves to the next: nothing is
// open or locked, and what was pending is pending still.
func (m *Mem) Clone() *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.image()
	c.clock = m.clock
	for _, r := range m.reach() {
		n := *r.node
		n.locked, n.shared = false, 0
		n.cache, n.disk = r.node.cache.share(), r.node.disk.share()
		n.changes = n.changes[:len(n.changes):len(n.changes)]
		n.renames = n.renames[:len(n.renames):len(n.renames)]
		c.nodes[n.ino] = &n
	}
	return c
}

// image returns a Mem with room for m's inodes.
func (m *Mem) image() *Mem {
	return &Mem{nodes: make([]*node, len(m.nodes)), statfs: m.statfs}
}

// keepRename applies a change of names to an image.
func (n *node) keepRename(r *rename, fate Fate) {
	for _, e := range r.edits {
		if fate == Kept || fate != Lost && e.ino != 0 {
			n.durable = n.durable.with(e)
		}
	}
}

// keepChange applies a change of a file to n, its node in an image, and returns the
// number of the next pending thing.
func (m *Mem) keepChange(n *node, s slot, number int, loss Loss) int {
	c := s.change
	if c.count == 0 {
		if loss.fate(s.pending(number, 0)) != Lost {
			n.disk.resize(c.size)
		}
		return number + 1
	}
	from := int64(0) // of a run of sectors that are kept
	for i := range c.count {
		fate := loss.fate(s.pending(number+int(i), i))
		if fate == Kept {
			continue
		}
		n.disk.write(c.bytes(from, i), (c.sector+from)*sectorBytes)
		from = i + 1
		if fate != Lost {
			b, at := m.damaged(n.ino, c, i, fate)
			n.disk.write(b, (c.sector+i)*sectorBytes+at)
		}
	}
	n.disk.write(c.bytes(from, c.count), (c.sector+from)*sectorBytes)
	return number + int(c.count)
}

// damaged returns what is written, and where in it, of sector i if it is neither
// kept nor lost.
func (m *Mem) damaged(ino int, c *change, i int64, fate Fate) (b []byte, at int64) {
	const half = sectorBytes / 2
	switch fate {
	case Torn:
		return c.bytes(i, i+1)[:half], 0
	case TornEnd:
		return c.bytes(i, i+1)[half:], half
	case Stale:
		if b := m.stale(ino, c.sector+i, uint64(c.at)+uint64(i)); b != nil {
			return b, 0
		}
	}
	b = make([]byte, sectorBytes)
	r := rand.NewPCG(uint64(c.at+int(i)), uint64(c.sector+i))
	for j := range b {
		b[j] = byte(r.Uint64())
	}
	return b, 0
}

// stale returns the bytes that some other file, there or removed, has in that sector,
// as a block that was used before shows them; nil if all have zeros. Only new space
// shows such: a sector that the file had on the disk already is its own.
func (m *Mem) stale(ino int, sector int64, seed uint64) []byte {
	if own := m.nodes[ino]; own != nil && (sector+1)*sectorBytes <= own.disk.size {
		return nil
	}
	var list [][]byte
	for _, n := range m.nodes {
		if n == nil || n.dir || n.ino == ino || n.cache.size <= sector*sectorBytes {
			continue
		}
		b := make([]byte, sectorBytes)
		if n.cache.read(b, sector*sectorBytes); !allZero(b) {
			list = append(list, b)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[mix(seed)%uint64(len(list))]
}

// settle makes an image of what its durable parts say, and drops what no name
// leads to. A directory keeps the first of its names that is found.
func (m *Mem) settle() {
	placed := make([]*node, len(m.nodes))
	root := m.nodes[rootIno]
	root.links, placed[rootIno] = 1, root
	queue := []*node{root}
	for i := 0; i < len(queue); i++ {
		n := queue[i]
		if !n.dir {
			n.disk.trim(n.disk.size)
			n.cache = n.disk.share()
			continue
		}
		for _, e := range n.durable {
			c := m.nodes[e.ino]
			if c.dir && placed[e.ino] != nil {
				n.durable = n.durable.with(edit{name: e.name})
				continue
			}
			if c.links++; c.links == 1 {
				placed[e.ino] = c
				queue = append(queue, c)
			}
		}
		n.names = n.durable
	}
	m.nodes = placed
}
