package main

// Faults in the answers to queries, and in what verify compares.
var queryFaults = []fault{
	{
		name: "$lt takes the bound as well",
		file: "engine/query/filter.go",
		before: `	case "$lt":
		p.lower(value)`,
		after: `	case "$lt":
		p.lower(behind)`,
		pkg: "engine", test: "TestFindRules",
	},
	{
		name: "$lte leaves the bound out",
		file: "engine/query/filter.go",
		before: `	case "$lte":
		p.lower(behind)`,
		after: `	case "$lte":
		p.lower(value)`,
		pkg: "engine", test: "TestFindRules",
	},
	{
		name: "$gt takes the bound as well",
		file: "engine/query/filter.go",
		before: `	case "$gt":
		p.raise(behind)`,
		after: `	case "$gt":
		p.raise(value)`,
		pkg: "engine", test: "TestFindRules",
	},
	{
		name:   "of two lower bounds the weaker one holds",
		file:   "engine/query/filter.go",
		before: `	if string(low) > string(p.Low) {`,
		after:  `	if string(low) != string(p.Low) {`,
		pkg:    "engine", test: "TestFindRules",
	},
	{
		name:   "a descending sort gives documents of one value in descending order of _id",
		file:   "engine/find.go",
		before: `	for _, e := range slices.Backward(f.group) {`,
		after:  `	for _, e := range f.group {`,
		pkg:    "engine", test: "TestFindRules",
	},
	{
		name: "a descending sort in memory gives documents of one value in descending order of _id",
		file: "engine/top.go",
		before: `	if t.down {
		c = -c
	}
	if c == 0 {
		c = bytes.Compare(a.id, b.id)
	}`,
		after: `	if c == 0 {
		c = bytes.Compare(a.id, b.id)
	}
	if t.down {
		c = -c
	}`,
		pkg: "engine", test: "TestFindRules",
	},
	{
		name:   "limit gives one document more",
		file:   "engine/find.go",
		before: `return len(f.out) == f.query.Limit, nil`,
		after:  `return len(f.out) > f.query.Limit, nil`,
		pkg:    "engine", test: "TestFindRules",
	},
	{
		name:   "the predicates that no index serves are not looked at",
		file:   "engine/find.go",
		before: `		if !p.Matches(f.value) {`,
		after:  `		if !p.Matches(f.value) && p.Index < 0 {`,
		pkg:    "engine", test: "TestFindRules",
	},
	{
		name:   "negative numbers sort behind the others",
		file:   "engine/key/key.go",
		before: `uint64(v)^(1<<63))`,
		after:  `uint64(v))`,
		pkg:    "engine/key", test: "TestValuesSortAsTheyCompare",
	},
	{
		name: "a read that failed ends the answer",
		file: "engine/find.go",
		before: `	return f.walk.Err()
}

// backward takes`,
		after: `	return nil
}

// backward takes`,
		pkg: "engine", test: "TestFailedReadIsNeverAnAnswer",
	},
	{
		name: "an index entry without its document is passed over",
		file: "engine/find.go",
		before: `	if err != nil {
		return false, err
	}
	for i := range f.query.Rest {`,
		after: `	if dberr.CodeOf(err) == dberr.StorageCorruption {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for i := range f.query.Rest {`,
		pkg: "engine", test: "TestEntryWithoutItsDocument",
	},
	{
		name:   "verify does not compare an index with its documents",
		file:   "engine/verifycontents.go",
		before: `		if docs.wanted[i] == index.found {`,
		after:  `		if docs.wanted[i] == index.found || index.count >= 0 {`,
		pkg:    "engine", test: "TestVerifyNamesWhatDoesNotBelongTogether",
	},
	{
		name:   "verify believes a document that lies in another file than its index entry",
		file:   "engine/verifycontents.go",
		before: `* uint64(2*run+1)`,
		after:  `* uint64(2*(run-run)+1)`,
		pkg:    "engine", test: "TestVerifyNamesWhatDoesNotBelongTogether",
	},
	{
		name:   "verify does not compare documents with the digest",
		file:   "engine/verifycontents.go",
		before: `		if sum != *col.digest {`,
		after:  `		if sum != sum.Add(digest.Sum{}) {`,
		pkg:    "engine", test: "TestVerifyComparesDigests",
	},
	{
		name:   "verify does not check documents against their schema",
		file:   "engine/verifywalk.go",
		before: `wrong != "" && len(problems) < problemsMax {`,
		after:  `wrong == "never" && len(problems) < problemsMax {`,
		pkg:    "engine", test: "TestVerifyNamesWhatDoesNotBelongTogether",
	},
	{
		name:   "verify compares the log only as far as it is used",
		file:   "engine/verifyfiles.go",
		before: `	if err == nil && (last < db.visible ||`,
		after:  `	if err == nil && (last == 0 ||`,
		pkg:    "engine", test: "TestVerifyReadsTheLogAgain",
	},
	{
		name:   "a document may have a member twice",
		file:   "engine/document/parse.go",
		before: `hasName(names, v.members, name) {`,
		after:  `hasName(names, v.members, name) && depth < 0 {`,
		pkg:    "engine/document", test: "TestParseRefuses",
	},
}
