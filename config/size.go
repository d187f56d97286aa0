package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// units are the units of a size. The first that divides a size evenly is the
// one FormatSize writes it in, so binary units come first, the largest leading.
var units = []struct {
	name  string
	bytes int64
}{
	{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"B", 1}, {"", 1},
}

// ParseSize reads a size: digits and a unit, "64MiB" or "1000", in bytes.
func ParseSize(text string) (int64, error) {
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	if digits == 0 {
		return 0, fmt.Errorf("%q is not a size", text)
	}
	unit := text[digits:]
	if len(unit) > 1 {
		unit = strings.TrimPrefix(unit, " ")
	}
	for _, u := range units {
		if u.name != unit {
			continue
		}
		n, err := strconv.ParseInt(text[:digits], 10, 64)
		if err != nil || n > math.MaxInt64/u.bytes {
			return 0, fmt.Errorf("%q is too large", text)
		}
		return n * u.bytes, nil
	}
	return 0, fmt.Errorf("%q has an unknown unit %q", text, unit)
}

// FormatSize writes a size so that ParseSize reads it back, in the largest
// binary unit that divides it: 67108864 is "64MiB".
func FormatSize(n int64) string {
	for _, u := range units[:3] {
		if n != 0 && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}
