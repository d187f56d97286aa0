package backup

import (
	"bytes"
	"fmt"
	"strconv"
)

// fields lists the parts of a header block in their order.
var fields = []struct {
	name  string
	bytes int
}{
	{"name", 100}, {"mode", 8}, {"uid", 8}, {"gid", 8}, {"size", 12}, {"mtime", 12}, {"checksum", 8}, {"type", 1},
	{"link name", 100}, {"magic", 6}, {"version", 2}, {"user name", 32}, {"group name", 32}, {"device major", 8},
	{"device minor", 8}, {"name prefix", 155}, {"padding", 12},
}

// kinds names the types of entries.
var kinds = [256]string{
	0: "a file of the old format", '0': "a regular file", '1': "a hard link", '2': "a symbolic link", '3': "a character device",
	'4': "a block device", '5': "a directory", '6': "a fifo", '7': "a contiguous file", 'D': "a GNU directory dump",
	'K': "a GNU long link name", 'L': "a GNU long name", 'M': "a GNU continuation", 'S': "a GNU sparse file",
	'V': "a GNU volume name", 'X': "a Solaris extended header", 'g': "a global extended header", 'x': "an extended header",
}

// difference says in what found, a block that should be the header want, is another.
func difference(found, want []byte) string {
	if allZero(found) {
		return "missing: the archive ends here"
	}
	if sum, err := strconv.ParseUint(string(bytes.TrimRight(found[148:156], " \x00")), 8, 32); err != nil || int(sum) != checksum(found) {
		return fmt.Sprintf("the header is damaged: its checksum is %06o, %q is written here", checksum(found), found[148:156])
	}
	if found[156] != want[156] {
		kind := kinds[found[156]]
		if kind == "" {
			kind = fmt.Sprintf("of unknown type %q", found[156])
		}
		return fmt.Sprintf("%q is found here, which is %s; expected %s", fullName(found), kind, kinds[want[156]])
	}
	if name := fullName(found); name != fullName(want) {
		return fmt.Sprintf("%q is found here", name)
	}
	at := 0
	for _, f := range fields {
		got, expected := found[at:at+f.bytes], want[at:at+f.bytes]
		if !bytes.Equal(got, expected) && f.name != "checksum" {
			return fmt.Sprintf("the header's %s is %q, expected %q", f.name, bytes.TrimRight(got, "\x00"), bytes.TrimRight(expected, "\x00"))
		}
		at += f.bytes
	}
	return "the header's checksum is written otherwise"
}

// fullName returns the name in a header block.
func fullName(block []byte) string {
	name, _, _ := bytes.Cut(block[:nameBytes], []byte{0})
	if prefix, _, _ := bytes.Cut(block[345:500], []byte{0}); len(prefix) > 0 {
		return string(prefix) + "/" + string(name)
	}
	return string(name)
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
