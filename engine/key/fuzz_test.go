package key

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"testing"
)

// FuzzOrder: encoded values compare as the values do, whatever _id follows, and end
// where ValueLen says.
func FuzzOrder(f *testing.F) {
	f.Add(int64(-1), int64(1), -1.5, 1.5, []byte("a"), []byte("a\x00"), []byte{0xff}, []byte{})
	f.Fuzz(func(t *testing.T, i, j int64, x, y float64, s, u, id, other []byte) {
		check := func(typ Type, a, b []byte, want int) {
			if got := bytes.Compare(a, b); got != want {
				t.Errorf("type %d: % x against % x: %d, want %d", typ, a, b, got, want)
			}
			if want != 0 && bytes.Compare(append(bytes.Clone(a), id...), append(bytes.Clone(b), other...)) != want {
				t.Errorf("type %d: the _ids % x and % x change the order of % x and % x", typ, id, other, a, b)
			}
			if n := ValueLen(append(bytes.Clone(a), id...), typ); n != len(a) {
				t.Errorf("type %d: % x ends at %d, want %d", typ, a, n, len(a))
			}
			if missing := AppendMissing(nil); bytes.Compare(missing, a) >= 0 || bytes.Compare(AppendLowest(nil), a) > 0 || bytes.Compare(a, AppendHighest(nil)) >= 0 {
				t.Errorf("type %d: % x is not between the bounds", typ, a)
			}
		}
		check(Int, AppendInt(nil, i), AppendInt(nil, j), cmp.Compare(i, j))
		check(String, AppendString(nil, s), AppendString(nil, u), bytes.Compare(s, u))
		check(Bool, AppendBool(nil, i < j), AppendBool(nil, len(s) > 0), cmp.Compare(truth(i < j), truth(len(s) > 0)))
		if !math.IsNaN(x) && !math.IsNaN(y) {
			check(Float, AppendFloat(nil, x), AppendFloat(nil, y), cmp.Compare(x, y))
		}
	})
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// decode is the slow way back from an encoded value; false if b begins with none.
func decode(b []byte, typ Type) (encoded []byte, ok bool) {
	if len(b) == 0 {
		return nil, false
	}
	if b[0] == 0 {
		return AppendMissing(nil), true
	}
	if b[0] != 1 {
		return nil, false
	}
	b = b[1:]
	switch typ {
	case Int, Float:
		if len(b) < 8 {
			return nil, false
		}
		bits := binary.BigEndian.Uint64(b)
		return binary.BigEndian.AppendUint64([]byte{1}, bits), true
	case Bool:
		if len(b) < 1 {
			return nil, false
		}
		return []byte{1, b[0]}, true
	}
	text := []byte{}
	for len(b) > 1 {
		if b[0] != 0 {
			text, b = append(text, b[0]), b[1:]
			continue
		}
		switch b[1] {
		case 1:
			return AppendString(nil, text), true
		case 0xff:
			text, b = append(text, 0), b[2:]
		default:
			return nil, false
		}
	}
	return nil, false
}

// FuzzValueLen: any bytes begin with a value or they do not, as a slow decoder says;
// and the successor of a prefix is the first key behind all that begin with it.
func FuzzValueLen(f *testing.F) {
	f.Add([]byte{1, 'a', 0, 0xff, 0, 1, 'x'}, []byte("k"))
	f.Fuzz(func(t *testing.T, b, k []byte) {
		for typ := Int; typ <= String; typ++ {
			encoded, ok := decode(b, typ)
			n := ValueLen(b, typ)
			if ok != (n >= 0) || ok && (n != len(encoded) || !bytes.Equal(b[:n], encoded)) {
				t.Errorf("type %d: % x has a value of %d bytes, want % x, %v", typ, b, n, encoded, ok)
			}
			if ok && Missing(b[:n]) != (b[0] == 0) {
				t.Errorf("type %d: % x: missing is %v", typ, b, Missing(b[:n]))
			}
		}
		next := AppendSuccessor(nil, b)
		inside := bytes.Compare(k, b) >= 0 && (next == nil || bytes.Compare(k, next) < 0)
		if inside != bytes.HasPrefix(k, b) {
			t.Errorf("% x begins with % x, but [% x, % x) says otherwise", k, b, b, next)
		}
	})
}
