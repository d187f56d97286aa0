package config

import "strings"

// Kind is the type of a key's value.
type Kind int

// The kinds of value. In the environment and in flags a value is its text
// without quotes; the elements of a List are separated by commas there.
const (
	Text Kind = iota // any text
	Path             // a file or directory name, not empty
	Size             // bytes: "64MiB", or a plain number
	Int              // a whole number
	Enum             // one of Choices
	List             // any number of texts
)

// A Key is one row of the table of keys.
type Key struct {
	Name     string   // "wal.max_size"
	Kind     Kind     //
	Default  string   // as in the environment
	Choices  []string // of an Enum
	Min, Max int64    // bounds of a Size or an Int, inclusive
	Flag     string   // the flag that sets it, without dashes; "" if none does
	Note     string   // what it is, on one short line of config.toml
	Why      string   // why one would change it, for docs/CONFIG.md and config.toml

	set func(*Config, value) // stores a checked value
}

// A value is a checked value of a key; which member holds it depends on Kind.
type value struct {
	text string   // Text, Path, Enum
	n    int64    // Size, Int
	list []string // List
}

// Variable returns the environment variable that sets the key.
func (k *Key) Variable() string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(k.Name, ".", "_"))
}

// Section returns the TOML table the key lies in, "" for the top level, and
// its name there.
func (k *Key) Section() (section, name string) {
	if s, n, ok := strings.Cut(k.Name, "."); ok {
		return s, n
	}
	return "", k.Name
}

// find returns the key of that name, nil if there is none.
func find(name string) *Key {
	for i := range Keys {
		if Keys[i].Name == name {
			return &Keys[i]
		}
	}
	return nil
}

// isSection reports whether some key lies in the TOML table of that name.
func isSection(name string) bool {
	for i := range Keys {
		if s, _ := Keys[i].Section(); s == name && s != "" {
			return true
		}
	}
	return false
}
