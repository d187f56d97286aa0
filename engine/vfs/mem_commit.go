package vfs

// write sets bytes, as the process sees them, and notes what is pending.
func (m *Mem) write(n *node, p []byte, off int64, op int) {
	if len(p) == 0 {
		return
	}
	n.cache.write(p, off)
	end := off + int64(len(p))
	first, last := off/sectorBytes, (end-1)/sectorBytes
	c := change{op: op, sector: first, count: last - first + 1}
	if !allZero(p) || off%sectorBytes != 0 || end%sectorBytes != 0 {
		c.data = make([]byte, c.count*sectorBytes)
		n.cache.read(c.data, first*sectorBytes)
	}
	c.at = m.now(c.count)
	n.changes = append(n.changes, c)
	if end > n.cache.size {
		m.resize(n, end, op)
	}
}

// resize sets the size, as the process sees it, and notes that it is pending.
func (m *Mem) resize(n *node, size int64, op int) {
	if size == n.cache.size {
		return
	}
	n.cache.resize(size)
	n.changes = append(n.changes, change{at: m.now(1), op: op, size: size})
}

// commitBytes makes durable what is pending on a file and not doomed.
func (n *node) commitBytes() {
	var doomed, shrunk bool
	size := n.disk.size
	for _, c := range n.changes {
		doomed = doomed || c.doomed
		if c.count == 0 {
			shrunk = shrunk || c.size < size
			size = c.size
		}
	}
	switch {
	case doomed:
		n.commitRest()
		return
	case shrunk:
		n.disk = n.cache.share()
	default:
		n.commitPages()
	}
	n.changes = nil // not [:0]: images share what it points to
}

// commitPages commits where nothing is doomed and the file did not shrink: then
// every page that was written is to be as the process sees it.
func (n *node) commitPages() {
	for _, c := range n.changes {
		if c.count > 0 {
			const perPage = pageBytes / sectorBytes
			n.disk.takePages(&n.cache, int(c.sector/perPage), int((c.sector+c.count-1)/perPage))
		}
	}
	n.disk.size, n.disk.sum = n.cache.size, nil
}

// commitRest commits what is not doomed, sector by sector, and forgets of the
// doomed what it overwrote.
func (n *node) commitRest() {
	newest := make(map[int64]int) // by sector: the last committed change that has it
	newestSize := -1
	for i, c := range n.changes {
		switch {
		case c.doomed:
		case c.count == 0:
			n.disk.resize(c.size)
			newestSize = i
		default:
			n.disk.write(c.bytes(0, c.count), c.sector*sectorBytes)
			for s := range c.count {
				newest[c.sector+s] = i
			}
		}
	}
	var rest []change
	for i, c := range n.changes {
		if !c.doomed || c.count == 0 && newestSize > i {
			continue
		}
		if c.count == 0 {
			rest = append(rest, c)
			continue
		}
		for s := range c.count {
			if later, ok := newest[c.sector+s]; !ok || later < i {
				rest = append(rest, c.part(s))
			}
		}
	}
	n.changes = rest
}

// part returns sector i of c as a change of its own.
func (c *change) part(i int64) change {
	p := *c
	p.at, p.sector, p.count = c.at+int(i), c.sector+i, 1
	if c.data != nil {
		p.data = c.data[i*sectorBytes : (i+1)*sectorBytes]
	}
	return p
}

// bytes returns the sectors [from, to) of c.
func (c *change) bytes(from, to int64) []byte {
	if c.data == nil {
		return make([]byte, (to-from)*sectorBytes)
	}
	return c.data[from*sectorBytes : to*sectorBytes]
}

// doomBytes marks what is pending as dropped by a failed sync.
func (n *node) doomBytes() {
	changes := append([]change(nil), n.changes...) // images share the old ones
	for i := range changes {
		changes[i].doomed = true
	}
	n.changes = changes
}

// doomNames is doomBytes for a directory.
func (n *node) doomNames() {
	renames := append([]rename(nil), n.renames...)
	for i := range renames {
		renames[i].doomed = true
	}
	n.renames = renames
}

// commitNames makes durable what is pending on a directory and not doomed, and
// forgets of the doomed what it overwrote.
func (n *node) commitNames() {
	newest := make(map[string]int)
	for i, r := range n.renames {
		if r.doomed {
			continue
		}
		for _, e := range r.edits {
			n.durable = n.durable.with(e)
			newest[e.name] = i
		}
	}
	var rest []rename
	for i, r := range n.renames {
		if !r.doomed {
			continue
		}
		var edits []edit
		for _, e := range r.edits {
			if later, ok := newest[e.name]; !ok || later < i {
				edits = append(edits, e)
			}
		}
		if len(edits) > 0 {
			r.edits = edits
			rest = append(rest, r)
		}
	}
	n.renames = rest
}

// wasteMax is how many pages and inodes without a name are worth a sweep, above
// the number of inodes.
const wasteMax = 256

// sweep forgets the inodes that no name leads to, now or after any power cut. An
// open file keeps its own.
func (m *Mem) sweep() {
	if m.waste < wasteMax+len(m.nodes) {
		return
	}
	kept := make([]*node, len(m.nodes))
	for _, r := range m.reach() {
		kept[r.node.ino] = r.node
	}
	m.nodes, m.waste = kept, 0
}
