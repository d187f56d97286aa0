package segment

import "github.com/pierrec/lz4/v4"

// A press compresses blocks. It is for one goroutine at a time; several may work on a batch.
type press struct {
	lz4    lz4.Compressor
	from   cursor  // over the block that is being compressed
	values builder // what it becomes
	value  []byte
}

// pack compresses blocks of a batch until all are begun.
func (p *press) pack(b *batch) {
	for i := b.begun.Add(1) - 1; i < int64(len(b.blocks)); i = b.begun.Add(1) - 1 {
		d := &b.blocks[i]
		if d.dict != nil && p.packValues(d) {
			continue
		}
		d.codec, d.packed = codecRaw, pack(&p.lz4, d.packed, d.kind, d.payload)
		if len(d.packed) > 0 {
			d.codec = codecLZ4
		}
	}
}

// packValues compresses the values of a block one by one. It reports false if that does
// not save a quarter: an eighth is what the sample itself takes, and what it saves where
// documents have nothing in common but it has some of them in whole.
func (p *press) packValues(d *dataBlock) bool {
	b, _ := parseBlock(d.payload)
	p.from.reset(b)
	v := &p.values
	v.reset()
	v.fromFirst = true
	for ok := p.from.first(); ok; ok = p.from.next() {
		e := &p.from.e
		p.value = p.value[:0]
		if !e.tombstone {
			p.value = appendCompressed(p.value, d.dict, p.from.key, b.valueOf(e))
		}
		v.add(restartValues, e.shared, p.from.key, p.value, e.tombstone)
	}
	d.packedValues = len(v.values)
	d.packed = v.appendCompressed(d.packed[:0])
	if len(v.values) < valueBytesMin || len(d.packed) > len(d.payload)-len(d.payload)/4 {
		return false
	}
	d.codec = codecValues
	return true
}
