package config

import (
	"fmt"
	"strconv"
	"strings"
)

// textWidth is the width, in columns, at which generated text is folded.
const textWidth = 78

// Template returns the text of config.toml at the root of the repository:
// every key with its default, what it is and why one would change it.
func Template() string {
	var b strings.Builder
	b.WriteString(fold("AeroDB's configuration: every key, its default, and why one would change it. "+
		"AeroDB reads the config.toml in its working directory, or the file that --config names; "+
		"a key left out has its default. Flags and AERODB_ environment variables go before the file. "+
		"An unknown key, a wrong type or an unsafe value stops start-up.", "# "))
	section := ""
	for i := range Keys {
		k := &Keys[i]
		s, name := k.Section()
		if s != section {
			fmt.Fprintf(&b, "\n[%s]\n", s)
			section = s
		} else {
			b.WriteByte('\n')
		}
		b.WriteString(fold(k.Why, "# "))
		fmt.Fprintf(&b, "%s = %s  # %s\n", name, k.literal(), k.Note)
	}
	return b.String()
}

// literal returns the key's default as TOML.
func (k *Key) literal() string {
	switch k.Kind {
	case Int:
		return k.Default
	case List:
		return "[]"
	}
	return strconv.Quote(k.Default)
}

// Reference returns the text of docs/CONFIG.md.
func Reference() string {
	var b strings.Builder
	b.WriteString(referenceHead)
	for i := range Keys {
		k := &Keys[i]
		fmt.Fprintf(&b, "\n## `%s`\n\n", k.Name)
		b.WriteString(fold(k.Why, ""))
		fmt.Fprintf(&b, "\n- value: %s\n- default: `%s`\n", k.Wants(), k.literal())
		fmt.Fprintf(&b, "- environment: `%s`\n", k.Variable())
		if k.Flag != "" {
			fmt.Fprintf(&b, "- flag: `--%s`\n", k.Flag)
		}
	}
	return b.String()
}

const referenceHead = `# Configuration

Every key of config.toml, its default, its bounds, and why one would change it.
This page is made from the table of keys in package config, as is config.toml
at the root of the repository.

A value is taken from the first of these that has one: the flag, the
environment variable, the file, the default. The file is config.toml in the
working directory, or the one that --config names.

Nothing is ignored and nothing is guessed. A key that does not exist, a value
of another type and a file that is not TOML are AERO_CONFIG_INVALID; a number
outside its bounds is AERO_CONFIG_UNSAFE; a file that cannot be read is
AERO_CONFIG_IO_FAILED. Each names the file, the line and the key, and ends the
program with exit code 2 before the data directory is touched. So does an
environment variable that begins with AERODB_ and sets no key.

A size is a whole number and a unit: KiB, MiB, GiB (powers of 1024), KB, MB, GB
(powers of 1000), B. Without a unit it is bytes. In the environment the elements
of a list are separated by commas.
`

// fold breaks text into lines of at most textWidth columns, each beginning
// with prefix and ending with a newline.
func fold(text, prefix string) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		switch {
		case column == 0:
			b.WriteString(prefix)
			column = len(prefix)
		case column+1+len(word) > textWidth:
			b.WriteString("\n" + prefix)
			column = len(prefix)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	b.WriteByte('\n')
	return b.String()
}
