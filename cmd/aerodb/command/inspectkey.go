package command

import (
	"encoding/binary"
	"fmt"

	"github.com/aerodb/aerodb/engine/key"
)

// keyText writes a key of a segment so that an engineer sees its parts. How the value
// of an index entry is encoded only its schema knows, so that stays as bytes.
func keyText(k []byte) string {
	number := func(at int) uint16 { return binary.BigEndian.Uint16(k[at:]) }
	switch {
	case len(k) >= key.DocumentPrefixBytes && k[0] == key.SpaceDocument:
		return fmt.Sprintf("document %d.%d %q", number(1), number(3), k[key.DocumentPrefixBytes:])
	case len(k) >= key.IndexPrefixBytes && k[0] == key.SpaceIndex:
		return fmt.Sprintf("index %d.%d.%d %q", number(1), number(3), number(5), k[key.IndexPrefixBytes:])
	}
	return fmt.Sprintf("%q", k)
}
