package segment

import "bytes"

// A packer decides how the data blocks of a segment are compressed, batch after batch.
// Blocks of documents are, value by value, with a dictionary, which it samples of the
// documents themselves: a get then decompresses one document, and twice as many fit into
// the cache. All else is compressed block by block.
//
// It decides by what it was given alone, so the same blocks make the same bytes.
type packer struct {
	dict    *dictionary
	from    cursor // over blocks that are sampled
	section []byte // of the documents it was sampled of; empty if it is not to be used
	first   saving // what the dictionary made of the first batch that it served
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

// begin chooses the dictionaries of a batch, which is to be compressed next.
func (p *packer) begin(b *batch) {
	for i := range b.blocks {
		d := &b.blocks[i]
		if d.kind != kindDocuments || d.entries < valuesMin {
			continue
		}
		if !bytes.Equal(p.section, d.section) {
			p.choose(d.section, b.blocks[i:])
		}
		if len(p.section) > 0 {
			d.dict = p.dict
		}
	}
	b.begun.Store(0)
}

// choose samples a dictionary of the documents of one section in these blocks. If they are
// too few, there is none.
func (p *packer) choose(section []byte, blocks []dataBlock) {
	p.section, p.first = p.section[:0], saving{}
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
		p.from.reset(b)
		for ok := p.from.first(); ok; ok = p.from.next() {
			v := b.valueOf(&p.from.e)
			// Evenly: after so much of all documents, so much of the sample.
			if known := leftOut(p.from.key, v); int64(len(sample))*int64(total) <= int64(seen)*int64(want) && len(sample)+len(v)-known <= want {
				sample = append(sample, v[known:]...)
			}
			seen += len(v)
		}
	}
	if len(sample) < sampleBytesMin {
		return
	}
	p.dict = newDictionary(sample)
	p.section = append(p.section, section...)
}

// end takes a batch that is compressed: a dictionary goes before the first block that needs
// it. One that could be larger, or that saves a quarter less than it did at first, is
// replaced in the next batch.
func (p *packer) end(b *batch) {
	var now saving
	for i := range b.blocks {
		d := &b.blocks[i]
		if d.dict == nil {
			continue
		}
		if d.dict == p.dict {
			now.raw += int64(d.values)
			now.packed += int64(d.packedValues)
		}
		if d.codec == codecValues && !d.dict.written {
			d.sample, d.dict.written = d.dict.sample, true
		}
	}
	if p.dict == nil {
		return
	}
	if p.first.raw == 0 {
		p.first = now
	}
	worse := 4*now.packed*p.first.raw > 5*p.first.packed*now.raw
	if len(p.dict.sample) < dictionaryBytesMax/2 || worse {
		p.section = p.section[:0]
	}
}
