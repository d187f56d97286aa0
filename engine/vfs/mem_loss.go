package vfs

import (
	"fmt"
	"iter"
)

// A Fate is what a power cut does to one pending thing.
type Fate uint8

// The fates.
const (
	Lost    Fate = iota // as if it had never been
	Kept                // it reached the disk
	Torn                // of a sector the first half; of a rename the new name, beside the old
	TornEnd             // of a sector the last half; else as Torn
	Garbage             // of a sector: bytes that nobody wrote; else as Torn
	Stale               // of a sector of new space: what another file has there, or had; of others as Garbage
)

// A Loss decides the fate of all that is pending, one by one, knowing nothing of
// the others' fates.
type Loss struct {
	name string
	fate func(Pending) Fate
}

// NewLoss returns a Loss by a function of each pending thing.
func NewLoss(name string, fate func(Pending) Fate) Loss { return Loss{name, fate} }

// Fate returns what the loss does to a pending thing.
func (l Loss) Fate(p Pending) Fate { return l.fate(p) }

// Damages reports whether the loss leaves of a pending thing what is neither the old
// nor the new: bytes that nothing can be believed of.
func (l Loss) Damages(p Pending) bool { return p.Kind == PendingBytes && l.fate(p) > Kept }

// KeepIf returns a Loss that keeps what keep says and loses the rest.
func KeepIf(name string, keep func(Pending) bool) Loss {
	return Loss{name, func(p Pending) Fate {
		if keep(p) {
			return Kept
		}
		return Lost
	}}
}

// String names the loss, with its seed.
func (l Loss) String() string { return l.name }

// Losses that are the same whatever is pending.
var (
	LoseAll = KeepIf("lose all", func(Pending) bool { return false })
	KeepAll = KeepIf("keep all", func(Pending) bool { return true })

	KeepBytesNotNames = KeepIf("bytes, not names", func(p Pending) bool { return p.Kind != PendingName })
	KeepNamesNotBytes = KeepIf("names, not bytes", func(p Pending) bool { return p.Kind == PendingName })
	KeepBytesNotSizes = KeepIf("bytes, not sizes", func(p Pending) bool { return p.Kind != PendingSize })
	KeepSizesNotBytes = KeepIf("sizes, not bytes", func(p Pending) bool { return p.Kind != PendingBytes })

	// KeepGarbage keeps names and sizes, and fills what was written with bytes that
	// nobody wrote, as a file system may that orders nothing.
	KeepGarbage = NewLoss("garbage bytes", damageBytes(Garbage))
	// KeepStale does the same with what other files have, or had, in their place.
	KeepStale = NewLoss("old garbage", damageBytes(Stale))
	// KeepTorn keeps half of each: every sector torn, every new name beside the old.
	KeepTorn = NewLoss("all torn", func(Pending) Fate { return Torn })
	// KeepTornEnd keeps the last half of every sector, and names and sizes.
	KeepTornEnd = NewLoss("all torn, the ends", damageBytes(TornEnd))
)

func damageBytes(fate Fate) func(Pending) Fate {
	return func(p Pending) Fate {
		if p.Kind == PendingBytes {
			return fate
		}
		return Kept
	}
}

// KeepSome returns a Loss that keeps each pending thing or not, by a coin.
func KeepSome(seed uint64) Loss {
	return KeepIf(fmt.Sprintf("some, seed %d", seed), func(p Pending) bool {
		return coin(seed, uint64(p.N))
	})
}

// Tear4096 is KeepSome, but the sectors that one call wrote into one block of
// 4096 bytes share their fate.
func Tear4096(seed uint64) Loss {
	return KeepIf(fmt.Sprintf("blocks of 4096, seed %d", seed), func(p Pending) bool {
		if p.Kind != PendingBytes {
			return coin(seed, uint64(p.N))
		}
		return coin(seed, uint64(p.Op)<<32^uint64(p.ino)<<20^uint64(p.Offset/blockBytes)|1<<63)
	})
}

// blockBytes is what many a disk and file system writes whole, rather than sectors.
const blockBytes = 4096

// sameBlock reports whether one call wrote both into the same block.
func (p Pending) sameBlock(q Pending) bool {
	if p.Kind != PendingBytes || q.Kind != PendingBytes {
		return p.N == q.N
	}
	return p.Op == q.Op && p.ino == q.ino && p.Offset/blockBytes == q.Offset/blockBytes
}

// KeepOnlyBlock is KeepOnly for all of p's block.
func KeepOnlyBlock(p Pending) Loss {
	return KeepIf(fmt.Sprintf("only the block of %d", p.N), p.sameBlock)
}

// LoseOnlyBlock is LoseOnly for all of p's block.
func LoseOnlyBlock(p Pending) Loss {
	return KeepIf(fmt.Sprintf("all but the block of %d", p.N), func(q Pending) bool { return !p.sameBlock(q) })
}

// KeepNamesFirst keeps the names among the first n pending things and no later one;
// of bytes and sizes all, or the sizes alone.
func KeepNamesFirst(n int, bytes bool) Loss {
	what := "no bytes"
	if bytes {
		what = "all bytes"
	}
	return KeepIf(fmt.Sprintf("names of the first %d, %s", n, what), func(p Pending) bool {
		switch p.Kind {
		case PendingName:
			return p.N < n
		case PendingBytes:
			return bytes
		}
		return true
	})
}

// KeepFirst keeps the first n pending things.
func KeepFirst(n int) Loss {
	return KeepIf(fmt.Sprintf("first %d", n), func(p Pending) bool { return p.N < n })
}

// KeepOnly keeps the pending thing n and loses the rest.
func KeepOnly(n int) Loss {
	return KeepIf(fmt.Sprintf("only %d", n), func(p Pending) bool { return p.N == n })
}

// LoseOnly loses the pending thing n and keeps the rest.
func LoseOnly(n int) Loss {
	return KeepIf(fmt.Sprintf("all but %d", n), func(p Pending) bool { return p.N != n })
}

// KeepMask keeps the pending things whose bits are set in mask.
func KeepMask(mask uint64) Loss {
	return KeepIf(fmt.Sprintf("mask %#x", mask), func(p Pending) bool { return p.N < 64 && mask>>p.N&1 == 1 })
}

// TearOnly gives the pending thing n the fate Torn, keeps what came before it and
// loses what came after.
func TearOnly(n int) Loss {
	return NewLoss(fmt.Sprintf("first %d, next torn", n), func(p Pending) Fate {
		switch {
		case p.N < n:
			return Kept
		case p.N == n:
			return Torn
		}
		return Lost
	})
}

// Limits of EveryLoss.
const (
	lossSubsetsMax = 10 // up to so many pending things, every subset
	lossRandom     = 16 // random subsets
)

// EveryLoss yields the losses worth trying on what m has pending: none, all, all
// but each, only each, every prefix, each torn, the same by blocks of 4096 bytes,
// names up to each, every subset of at most ten, the fixed ones, and random ones by
// seed. If more than most things are pending, only most of them, evenly spread, get
// their own; most of 0 is no limit.
func (m *Mem) EveryLoss(seed uint64, most int) iter.Seq[Loss] {
	pending := m.Pending()
	n := len(pending)
	return func(yield func(Loss) bool) {
		for _, l := range fixedLosses {
			if !yield(l) {
				return
			}
		}
		if n <= lossSubsetsMax {
			for mask := range uint64(1) << n {
				if !yield(KeepMask(mask)) {
					return
				}
			}
		}
		for _, p := range spread(pending, most) {
			for _, l := range lossesOf(p) {
				if !yield(l) {
					return
				}
			}
		}
		for i := range uint64(lossRandom) {
			if !yield(KeepSome(seed+i)) || !yield(Tear4096(seed+i)) {
				return
			}
		}
	}
}

// spread returns about most of the list, evenly; all if most is 0.
func spread(list []Pending, most int) (out []Pending) {
	step := 1
	if most > 0 {
		step = max(1, (len(list)+most-1)/most)
	}
	for i := 0; i < len(list); i += step {
		out = append(out, list[i])
	}
	return out
}

// lossesOf are those that single one pending thing out.
func lossesOf(p Pending) []Loss {
	list := []Loss{KeepOnly(p.N), LoseOnly(p.N), KeepFirst(p.N), TearOnly(p.N)}
	switch p.Kind {
	case PendingName:
		list = append(list, KeepNamesFirst(p.N, true), KeepNamesFirst(p.N, false))
	case PendingBytes:
		list = append(list, KeepOnlyBlock(p), LoseOnlyBlock(p))
	}
	return list
}

var fixedLosses = []Loss{
	LoseAll, KeepAll, KeepBytesNotNames, KeepNamesNotBytes, KeepBytesNotSizes, KeepSizesNotBytes, KeepGarbage, KeepStale, KeepTorn, KeepTornEnd,
}

// coin is a fair bit of seed and n.
func coin(seed, n uint64) bool { return mix(mix(seed)^n)>>63 == 1 }

// mix is the finalizer of splitmix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
