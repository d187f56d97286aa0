package segment

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/aerodb/aerodb/engine/blockcache"
	"github.com/aerodb/aerodb/engine/crc32c"
	"github.com/aerodb/aerodb/engine/dberr"
)

// movesMax bounds a walk: a tree of bad content can list a block very often.
const movesMax = 2000

// FuzzBlock gives any payload to the code that searches blocks. It must not panic;
// and where the block is one that a writer could have made, all ways of finding an
// entry must agree.
func FuzzBlock(f *testing.F) {
	for _, pairs := range [][]pair{tinyPairs(), benchPairs(20), {{key: []byte{1}}}} {
		var b builder
		var last []byte
		for _, p := range pairs {
			b.add(restartEntries, commonPrefix(last, p.key), p.key, p.value, p.tombstone)
			last = p.key
		}
		f.Add(bytes.Clone(b.payload()), pairs[len(pairs)/2].key)
	}
	f.Add([]byte{0, 1, 0, 'a', 0, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0}, []byte("a"))
	var tree builder
	for i, p := range benchPairs(20) {
		tree.add(restartTree, 0, p.key, appendHandle(nil, handle{int64(i), 100}), false)
	}
	f.Add(bytes.Clone(tree.payload()), benchPairs(20)[7].key)
	for _, version := range []byte{compressedValues2, compressedValues} {
		values := builder{fromFirst: version == compressedValues}
		var last []byte
		for _, k := range []string{"ab00", "ab01", "ab0100", "ab012", "ab07", "ab08", "ab09", "ab1", "ab10", "ab100", "ab2", "abc", "abd", "ac", "ac0", "ac00", "ac01", "b", "b00"} {
			values.add(restartValues, commonPrefix(last, []byte(k)), []byte(k), []byte("0x"), false)
			last = []byte(k)
		}
		payload := values.appendCompressed(nil)
		payload[0] = version
		setDictionary(payload, handle{4096, 74})
		f.Add(payload, []byte("ab05"))
		f.Add(payload, []byte("ab"))
		f.Add(payload, []byte("abz"))
	}
	f.Fuzz(func(t *testing.T, payload, key []byte) {
		b, ok := parseBlock(payload)
		if !ok {
			return
		}
		var c, d cursor
		c.reset(b)
		d.reset(b)
		sound := len(payload) < 1<<16 && wellFormed(b) && ascending(b)
		entries := 0
		var keys [][]byte
		for more := c.first(); more && entries < movesMax; more = c.next() {
			if sound && (!d.seekGE(c.key) || d.e != c.e || !bytes.Equal(d.key, c.key)) {
				t.Fatalf("seekGE(%x) found %x", c.key, d.key)
			}
			entries++
			keys = append(keys, bytes.Clone(c.key))
		}
		for more := d.last(); more && entries > 0; more = d.prev() {
			entries--
			if sound && !bytes.Equal(d.key, keys[entries]) {
				t.Fatalf("entry %d is %x forward and %x backward", entries, keys[entries], d.key)
			}
		}
		if sound && entries != 0 {
			t.Fatalf("%d entries more forward than backward", entries)
		}
		checkGuide(t, b, key, sound)
		c.seekGE(key)
		if d.seekLT(key) && sound && (bytes.Compare(d.key, key) >= 0 || d.next() && bytes.Compare(d.key, key) < 0) {
			t.Fatalf("seekLT(%x) found %x", key, d.key)
		}
	})
}

// checkGuide makes the guide that a tree block with these entries would have, and compares
// what it says of key with the block.
func checkGuide(t *testing.T, b block, key []byte, sound bool) {
	var m guideMaker
	g, rest := cutGuide(m.appendGuide(nil, &source{}, &node{block: b}))
	if len(rest) > 0 {
		t.Fatalf("%d bytes behind the guide", len(rest))
	}
	i, ok := g.floor(key, len(key))
	if !ok || !sound {
		return
	}
	at := -1
	var c cursor
	c.reset(b)
	for more := c.first(); more && bytes.Compare(c.key, key) <= 0; more = c.next() {
		at++
	}
	if at != i {
		t.Fatalf("the guide finds %x in entry %d, it is in %d", key, i, at)
	}
}

// wellFormed reports whether a Check finds nothing wrong with the entries of b.
func wellFormed(b block) bool {
	interval := restartEntries
	if b.dictionary.bytes > 0 {
		interval = restartValues
	}
	var w entries
	s := &Segment{source: source{name: testName}}
	err := w.first(s, b, handle{}, interval)
	for more := true; more && err == nil; {
		more, err = w.next(s, handle{})
	}
	return err == nil
}

func ascending(b block) bool {
	var c cursor
	var last []byte
	c.reset(b)
	for more := c.first(); more; more = c.next() {
		if last != nil && bytes.Compare(last, c.key) >= 0 {
			return false
		}
		last = append(last[:0], c.key...)
		if last == nil {
			last = []byte{}
		}
	}
	return !c.bad
}

// FuzzOpen opens any bytes, with their checksums set right, so that what they hold
// is looked at. Nothing may panic, and every error must have a code.
func FuzzOpen(f *testing.F) {
	for i, pairs := range [][]pair{nil, tinyPairs(), benchPairs(30), benchPairs(20)} {
		file, _ := build(f, testID, WriterOptions{BlockBytes: []int{128, 128, 128, 1 << 10}[i]}, pairs)
		f.Add(file.b, []byte("\x01\x00\x01\x00\x01u2"))
	}
	f.Fuzz(func(t *testing.T, b, key []byte) {
		file := &bytesFile{b: bytes.Clone(b)}
		seal(file.b)
		s, err := Open(bytesFS{file: file}, testName, testName, testID, int64(len(b)), blockcache.New(1<<20))
		if err != nil {
			isDamage(t, err, len(b))
			return
		}
		defer s.Unref()
		_, whole := s.Verify(t.Context(), nil)
		coded(t, whole)
		if found := s.Survey(t.Context()); whole == nil && len(found) > 0 {
			t.Fatalf("verified, but %v", found)
		}
		_, _, _, err = s.Get(key, nil)
		coded(t, err)
		_, _, err = s.Bounds()
		coded(t, err)
		for _, it := range []*Iter{s.NewIter(), s.NewScan()} {
			n := int64(0)
			for ok := it.First(); ok && n < movesMax; ok = it.Next() {
				it.Value()
				n++
			}
			if whole == nil && n < movesMax && (n != s.Info().Entries() || it.Err() != nil) {
				t.Fatalf("verified, but %d of %d entries: %v", n, s.Info().Entries(), it.Err())
			}
			for ok := it.SeekLT(key); ok && n > 0; ok = it.Prev() {
				n--
			}
			it.SeekGE(key)
			it.Last()
			coded(t, it.Err())
			it.Close()
		}
	})
}

func coded(t *testing.T, err error) {
	if err != nil && dberr.CodeOf(err) != dberr.StorageCorruption {
		t.Fatalf("damage reported as %v", err)
	}
}

// seal sets the checksums of the footer and of as many blocks as follow each other.
func seal(b []byte) {
	end := len(b) - footerBytes
	if end < 0 {
		return
	}
	foot := b[end:]
	binary.LittleEndian.PutUint32(foot[footerSumAt:], crc32c.Checksum(foot[:footerSumAt]))
	for at := 0; at+headerBytes <= end; {
		n := headerBytes + int(decodeHeader(b[at:]).stored)
		if n > end-at {
			return
		}
		binary.LittleEndian.PutUint32(b[at:], blockChecksum(testID.salt(), int64(at), b[at:at+n]))
		at += n
	}
}
