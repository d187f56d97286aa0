package main

// Faults in what segments are made of, how they are merged, and what of them is
// believed.
var segmentFaults = []fault{
	{
		name:   "the guides of the first way down are never made",
		file:   "engine/segment/node.go",
		before: `case guide(b).later():`,
		after:  `case level < 0:`,
		pkg:    "engine/segment", test: "TestGuidesAreMadeLate",
	},
	{
		name:   "the cache takes a block for another whose name has the same hash",
		file:   "engine/blockcache/shard.go",
		before: `if r := s.record(e.place()); r.name() == n {`,
		after:  `if r := s.record(e.place()); r.name() == n || r.uses() == 0 {`,
		pkg:    "engine/blockcache", test: "TestNamesOfEqualHash",
	},
	{
		name:   "a cached block that moves on is forgotten",
		file:   "engine/blockcache/shard.go",
		before: `s.index.replace(e, newEntry(hash, p))`,
		after:  `s.index.remove(e); _ = p`,
		pkg:    "engine/blockcache", test: "TestModel",
	},
	{
		name:   "a guide answers where the words of two keys are equal",
		file:   "engine/segment/guide.go",
		before: `return lo, lo == 0 || binary.LittleEndian.Uint64(words[8*lo:]) != x`,
		after:  `return lo, true`,
		pkg:    "engine/segment", test: "TestGuide",
	},
	{
		name:   "a guide takes a key before its first for one behind it",
		file:   "engine/segment/guide.go",
		before: `if bytes.Compare(key, g[len(g)-g.first():]) < 0 {`,
		after:  `if len(g) == 0 {`,
		pkg:    "engine/segment", test: "TestGuide",
	},
	{
		name:   "the checksum of a block is not compared",
		file:   "engine/segment/source.go",
		before: `if sum := blockChecksum(s.salt, offset, stored); sum != h.checksum {`,
		after:  `if sum := blockChecksum(s.salt, offset, stored); sum != h.checksum && h.reserved > 1 {`,
		pkg:    "engine/segment", test: "TestFlippedBytes",
	},
	{
		name:   "checksums of blocks are not salted with their place",
		file:   "engine/segment/format.go",
		before: `crc32c.Update(crc32c.UpdateNumber(salt, uint64(offset)), stored[4:])`,
		after:  `crc32c.Update(crc32c.UpdateNumber(salt, 0), stored[4:])`,
		pkg:    "engine/segment", test: "TestSwappedBlocks",
	},
	{
		name: "checksums of blocks are not salted with the database's uuid",
		file: "engine/segment/format.go",
		before: `	copy(b[:], id.UUID[:])
`,
		after: ``,
		pkg:   "engine/segment", test: "TestForeignBlocks",
	},
	{
		name:   "checksums of blocks are not salted with the segment's number",
		file:   "engine/segment/format.go",
		before: `binary.LittleEndian.PutUint64(b[16:], id.Number)`,
		after:  `binary.LittleEndian.PutUint64(b[16:], 0)`,
		pkg:    "engine/segment", test: "TestForeignBlocks",
	},
	{
		name:   "a segment of another number is read",
		file:   "engine/segment/footer.go",
		before: `case f.id.Number != want.Number:`,
		after:  `case f.id.Number == 0:`,
		pkg:    "engine/segment", test: "TestOpenOfAnotherSegment",
	},
	{
		name:   "the checksum of a whole segment is not compared",
		file:   "engine/proven.go",
		before: `	if found == want.CRC32C {`,
		after:  `	if found == want.CRC32C || want.Number > 0 {`,
		pkg:    "engine", test: "TestStaleSegment",
	},
	{
		name:   "verify does not look at the order of keys",
		file:   "engine/segment/check.go",
		before: ` || !v.data.rises() {`,
		after:  ` {`,
		pkg:    "engine/segment", test: "TestVerifyRefusesDisorder",
	},
	{
		name:   "verify does not recompute filters",
		file:   "engine/segment/verify.go",
		before: `v.filter.bytes != 0 || !bytes.Equal(v.payload, want) {`,
		after:  `v.filter.bytes != 0 || len(v.payload) != len(want) {`,
		pkg:    "engine/segment", test: "TestVerifyRefusesFilter",
	},
	{
		name:   "verify does not look at which dictionary a block names",
		file:   "engine/segment/check.go",
		before: `if b.dictionary != v.dictionary.at && (b.dictionary.bytes > 0 || v.unused) {`,
		after:  `if b.dictionary != v.dictionary.at && v.unused {`,
		pkg:    "engine/segment", test: "TestVerifyRefusesDictionaries",
	},
	{
		name:   "a dictionary kept for one block is used for another",
		file:   "engine/segment/value.go",
		before: `kept != nil && kept.at == h {`,
		after:  `kept != nil {`,
		pkg:    "engine/segment", test: "TestModelOfValues",
	},
	{
		name:   "literals that are longer than a value are copied",
		file:   "engine/segment/dictionary.go",
		before: `if stored > len(src)-i || size > n-out {`,
		after:  `if stored > len(src)-i {`,
		pkg:    "engine/segment", test: "FuzzUncompress",
	},
	{
		name:   "the _id is left out of a document that has another than its key",
		file:   "engine/segment/value.go",
		before: `; bytes.HasPrefix(value[len(documentHead):], id) {`,
		after:  `; len(value) > len(documentHead)+len(id) {`,
		pkg:    "engine/segment", test: "TestModelOfValues",
	},
	{
		name:   "a packed T is taken for what follows a colon in ASCII",
		file:   "engine/segment/literals.go",
		before: `+ last + last>>1 + last>>4`,
		after:  `+ last - last`,
		pkg:    "engine/segment", test: "TestLiterals",
	},
	{
		name:   "the last of an odd number of packed literals is cut off",
		file:   "engine/segment/dictionary.go",
		before: `return (n + 1) / 2`,
		after:  `return n / 2`,
		pkg:    "engine/segment", test: "FuzzValue",
	},
	{
		name:   "values of another version of the format are verified",
		file:   "engine/segment/check.go",
		before: `b.version2 != (v.s.foot.version == 2) {`,
		after:  `v.s.foot.version < 2 {`,
		pkg:    "engine/segment", test: "TestVerifyRefusesDictionaries",
	},
	{
		name:   "a block goes out without its dictionary",
		file:   "engine/segment/packer.go",
		before: `d.sample, d.dict.written = d.dict.sample, true`,
		after:  `d.dict.written = true`,
		pkg:    "engine/segment", test: "TestModelOfValues",
	},
	{
		name:   "documents that have changed go on with a dictionary that does not suit them",
		file:   "engine/segment/packer.go",
		before: `4*now.packed*p.first.raw > 5*p.first.packed*now.raw`,
		after:  `p.first.raw < 0`,
		pkg:    "engine/segment", test: "TestDictionaries",
	},
	{
		name:   "an I/O error is called damage",
		file:   "engine/segment/source.go",
		before: `case errors.Is(err, io.EOF) || err == nil:`,
		after:  `case errors.Is(err, io.EOF) || err != nil:`,
		pkg:    "engine/segment", test: "TestReadErrors",
	},
	{
		name: "the filter does not know a key that the segment has",
		file: "engine/segment/writer.go",
		before: `	if k[0] == key.SpaceDocument {
		w.hashes`,
		after: `	if k[0] == key.SpaceDocument && w.foot.documents%64 != 1 {
		w.hashes`,
		pkg: "engine/segment", test: "TestModel",
	},
	{
		name: "a merge ends where a block is damaged, as if that were the end",
		file: "engine/build.go",
		before: `	return it.Err()
}

// discard`,
		after: `	return nil
}

// discard`,
		pkg: "engine", test: "TestMergeStopsAtDamage",
	},
	{
		name:   "a walk goes on without the run that failed",
		file:   "engine/merge/merge.go",
		before: `			if err := r.Err(); err != nil {`,
		after:  `			if err := r.Err(); err != nil && len(it.runs) == 1 {`,
		pkg:    "engine/merge", test: "TestErrorStopsTheWalk",
	},
	{
		name:   "a merge of some segments drops the tombstones that hide what is in the others",
		file:   "engine/checkpoint.go",
		before: `n == len(p.segments), p.progress)`,
		after:  `n > 0, p.progress)`,
		pkg:    "engine", test: "TestMergeKeepsTombstones",
	},
	{
		name:   "a flush drops the tombstones that hide what is in segments",
		file:   "engine/build.go",
		before: `len(db.state.segments) == 0)`,
		after:  `db.state.segments != nil || true)`,
		pkg:    "engine", test: "TestCrashEverywhere/checkpoint",
	},
	{
		name:   "an older segment hides a newer one",
		file:   "engine/merge/merge.go",
		before: `c == 0 || (c > 0) == forward {`,
		after:  `c != 0 && (c > 0) == forward {`,
		pkg:    "engine/merge", test: "TestAgainstModel",
	},
	{
		name:   "a merge leaves out the last segment that it takes",
		file:   "engine/checkpoint.go",
		before: `p.db.mergeSegments(ctx, p.segments[:n],`,
		after:  `p.db.mergeSegments(ctx, p.segments[:n-1],`,
		pkg:    "engine", test: "TestMergeKeepsTombstones",
	},
	{
		name:   "a checkpoint that merges forgets a segment it does not merge",
		file:   "engine/checkpoint.go",
		before: `	p.entries = append(entries, p.entries[n:]...)`,
		after:  `	p.entries = append(entries, p.entries[min(n+1, len(p.entries)):]...)`,
		pkg:    "engine", test: "TestCrashEverywhere/checkpoint",
	},
	{
		name:   "the size of an index counts the tree blocks and filters that it reaches over",
		file:   "engine/segment/extent.go",
		before: `			if from.first != to.first {`,
		after:  `			if from.first > to.first {`,
		pkg:    "engine/segment", test: "TestExtents",
	},
}
