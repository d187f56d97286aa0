package render

import (
	"fmt"
	"math"

	"github.com/aerodb/aerodb/engine/document"
)

// appendJSON appends the canonical JSON of n. What JSON cannot say is an error.
func (n *node) appendJSON(dst []byte) ([]byte, error) {
	switch n.kind {
	case nilKind:
		return append(dst, "null"...), nil
	case stringKind:
		if !n.stop.valid(n.text) {
			return nil, fmt.Errorf("a string is not valid UTF-8, so it has no JSON")
		}
		return appendQuoted(dst, n.text, n.stop), nil
	case floatKind:
		if math.IsNaN(n.float) || math.IsInf(n.float, 0) {
			return nil, fmt.Errorf("%s has no JSON", floatText(n.float))
		}
		return document.AppendFloat(dst, n.float), nil
	case listKind:
		return n.appendList(dst)
	case objectKind:
		return n.appendObject(dst)
	case opaqueKind:
		return nil, fmt.Errorf("%s has no JSON", n.text)
	}
	return append(dst, n.text...), nil
}

// appendQuoted appends a string as canonical JSON.
func appendQuoted(dst []byte, s string, stop *stopper) []byte {
	dst = append(dst, '"')
	for piece := range stop.pieces(s) {
		at := len(dst)
		dst = document.AppendQuoted(dst, piece)
		dst = dst[:at+copy(dst[at:], dst[at+1:len(dst)-1])]
	}
	return append(dst, '"')
}

func (n *node) appendList(dst []byte) (_ []byte, err error) {
	dst = append(dst, '[')
	for i := range n.items {
		n.stop.step()
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = n.items[i].appendJSON(dst); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func (n *node) appendObject(dst []byte) (_ []byte, err error) {
	dst = append(dst, '{')
	for i := range n.members {
		n.stop.step()
		m := &n.members[i]
		if m.index || !n.stop.valid(m.key) {
			return nil, fmt.Errorf("a table with the key %s has no JSON", m.luaKey(n.stop))
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendQuoted(dst, m.key, n.stop), ':')
		if dst, err = m.appendJSON(dst); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}
