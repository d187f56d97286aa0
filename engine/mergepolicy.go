package engine

// mergeRunsMin is how many segments a merge takes at least.
const mergeRunsMin = 4

// mergeCount returns how many of the newest segments a checkpoint merges into one,
// 0 for none. Sizes are in bytes, newest first.
//
// The rule looks at nothing but sizes: with sizes s1, s2, ... it is the greatest
// k >= 4 with sk <= s1 + ... + s(k-1). So segments of about equal size are merged
// four at a time, a large one is rewritten only when as much has come on top of it,
// and from the fourth on each segment that is left is larger than all newer ones
// together. Their number is therefore at most 3 + log2(data / smallest segment). With
// flushes of one size a document is rewritten log2(data / flush) / 2 times on average,
// the unluckiest, in the oldest segment, up to twice as often.
func mergeCount(sizes []int64) int {
	count, sum := 0, int64(0)
	for i, s := range sizes {
		if i+1 >= mergeRunsMin && s <= sum {
			count = i + 1
		}
		sum += s
	}
	return count
}
