package config

import (
	"slices"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/suggest"
)

// variablePrefix begins the names of AeroDB's environment variables. All names
// that begin so are AeroDB's: one that no key has is an error, because a
// misspelt variable would otherwise be a setting silently not made.
const variablePrefix = "AERODB_"

// applyEnviron sets the keys whose variables are in environ.
func (c *Config) applyEnviron(environ []string) error {
	values := make(map[string]string)
	names := make([]string, 0, len(Keys))
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, variablePrefix) {
			values[name] = text
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		k := findVariable(name)
		if k == nil {
			return unknownVariable(name)
		}
		if err := c.setText(k, values[name], Source{Variable: name}); err != nil {
			return err
		}
	}
	return nil
}

// findVariable returns the key a variable sets, nil if there is none.
func findVariable(name string) *Key {
	for i := range Keys {
		if Keys[i].Variable() == name {
			return &Keys[i]
		}
	}
	return nil
}

// unknownVariable is the error for a variable that no key has.
func unknownVariable(name string) error {
	known := make([]string, len(Keys))
	for i := range Keys {
		known[i] = strings.TrimPrefix(Keys[i].Variable(), variablePrefix)
	}
	err := dberr.New(dberr.ConfigInvalid, "the environment variable %s sets no key", name).With("key", name)
	if near := suggest.Nearest(strings.TrimPrefix(name, variablePrefix), known); near != "" {
		return err.WithHint("did you mean %s?", variablePrefix+near)
	}
	return err.WithHint("unset it; docs/CONFIG.md lists every variable")
}
