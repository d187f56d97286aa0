package segment

import (
	"bytes"

	"github.com/pierrec/lz4/v4"
)

// A packer compresses the data blocks of a segment, batch after batch. Blocks of documents
// it compresses value by value with a dictionary, which it samples of the documents
// themselves: a get then decompresses one document, and twice as many fit into the cache.
// All else it compresses block by block.
//
// It decides by what it was given alone, so the same blocks make the same bytes.
type packer struct {
	lz4     lz4.Compressor
	from    cursor  // over the block that is being compressed
	values  builder // what it becomes
	value   []byte
	dict    dictionary
	section []byte // of the documents it was sampled of; empty if there is no dictionary
	written bool   // a block that needs the dictionary was seen
	// first is what the dictionary made of the first batch it served, now of this one.
	first, now saving
}

// A saving is how many bytes of values became how many.
type saving struct{ raw, packed int64 }

const (
	// valuesMin is how many documents a block must have to be compressed one by one: fewer
	// are large ones, which have more in common with themselves than with a sample.
	valuesMin = 4
	// sampleShare is how many times as many documents as its sample a dictionary must be
	// for, and sampleBytesMin how long a sample must be to be worth its block.
	sampleShare    = 8
	sampleBytesMin = 256
)

func (p *packer) pack(b *batch) {
	p.now = saving{}
	for i := range b.blocks {
		d := &b.blocks[i]
		if d.kind == kindDocuments && d.entries >= valuesMin {
			if !bytes.Equal(p.section, d.section) {
				p.choose(d.section, b.blocks[i:])
			}
			if len(p.section) > 0 && p.packValues(d) {
				continue
			}
		}
		d.codec, d.packed = codecRaw, pack(&p.lz4, d.packed, d.kind, d.payload)
		if len(d.packed) > 0 {
			d.codec = codecLZ4
		}
	}
	p.review()
}

// choose samples a dictionary of the documents of one section in these blocks. If they are
// too few, there is none.
func (p *packer) choose(section []byte, blocks []dataBlock) {
	p.section, p.written, p.first, p.now = p.section[:0], false, saving{}, saving{}
	total := 0
	for i := range blocks {
		if bytes.Equal(blocks[i].section, section) {
			total += blocks[i].values
		}
	}
	want := min(total/sampleShare, dictionaryBytesMax)
	if want < sampleBytesMin {
		return
	}
	sample := make([]byte, 0, want)
	seen := 0
	for i := range blocks {
		if !bytes.Equal(blocks[i].section, section) {
			continue
		}
		b, _ := parseBlock(blocks[i].payload)
		for e, ok := b.restartAt(0); ok; e, ok = b.after(&e) {
			// Evenly: after so much of all documents, so much of the sample.
			if v := b.valueOf(&e); int64(len(sample))*int64(total) <= int64(seen)*int64(want) && len(sample)+len(v) <= want {
				sample = append(sample, v...)
			}
			seen += e.valueEnd - e.value
		}
	}
	if len(sample) < sampleBytesMin {
		return
	}
	p.dict.reset(sample)
	p.section = append(p.section, section...)
}

// packValues compresses the values of a block one by one. It reports false if that does
// not save a quarter: an eighth is what the sample itself takes, and what it saves where
// documents have nothing in common but it has some of them in whole.
func (p *packer) packValues(d *dataBlock) bool {
	b, _ := parseBlock(d.payload)
	p.from.reset(b)
	v := &p.values
	v.reset()
	for ok := p.from.first(); ok; ok = p.from.next() {
		e := &p.from.e
		p.value = p.value[:0]
		if !e.tombstone {
			p.value = appendCompressed(p.value, &p.dict, b.valueOf(e))
		}
		v.add(restartValues, e.shared, p.from.key, p.value, e.tombstone)
	}
	p.now.raw += int64(d.values)
	p.now.packed += int64(len(v.values))
	d.packed = v.appendCompressed(d.packed[:0])
	if len(v.values) < valueBytesMin || len(d.packed) > len(d.payload)-len(d.payload)/4 {
		return false
	}
	d.codec = codecValues
	if !p.written {
		d.sample, p.written = p.dict.sample, true
	}
	return true
}

// review ends a batch: a dictionary that could be larger, or that saves a quarter less
// than it did at first, is replaced in the next one.
func (p *packer) review() {
	if p.first.raw == 0 {
		p.first = p.now
	}
	worse := 4*p.now.packed*p.first.raw > 5*p.first.packed*p.now.raw
	if len(p.dict.sample) < dictionaryBytesMax/2 || worse {
		p.section = p.section[:0]
	}
}
