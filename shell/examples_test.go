package shell

import (
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
)

// TestExamples runs every example of the registry against a small database.
func TestExamples(t *testing.T) {
	for _, m := range Documentation() {
		for i := range m.Funcs {
			f := &m.Funcs[i]
			t.Run(m.Qualified(f), func(t *testing.T) {
				open := newSession
				if strings.Contains(f.Example, "dir ..") || strings.Contains(f.Example, "diff") {
					open = newDiskSession
				}
				s := open(t)
				s.mustRun(t, people)
				s.mustRun(t, f.Example)
				if !strings.Contains(f.Example, f.Name) {
					t.Errorf("the example does not call %s", f.Name)
				}
			})
		}
	}
}

// TestEntriesAreWhole keeps the registry fit for pages: sentences end, options are
// described, names are unique.
func TestEntriesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Documentation() {
		if m.Doc == "" {
			t.Errorf("module %q has no documentation", m.Name)
		}
		for i := range m.Funcs {
			f := &m.Funcs[i]
			name := m.Qualified(f)
			if seen[name] {
				t.Errorf("%s is there twice", name)
			}
			seen[name] = true
			if !strings.HasSuffix(f.Doc, ".") || f.Example == "" || f.Call == nil {
				t.Errorf("%s: documentation, example or function is missing", name)
			}
			if f.Returns.Type != "" && f.Returns.Doc == "" {
				t.Errorf("%s: what it returns is not described", name)
			}
			if len(f.Errors) == 0 {
				t.Errorf("%s: it does not say which errors it raises", name)
			}
			checkCodes(t, name, f.Errors)
			for _, p := range f.Params {
				if p.Doc == "" || p.Name == "" {
					t.Errorf("%s: parameter %q is not described", name, p.Name)
				}
				for _, o := range p.Members {
					if o.Doc == "" || o.Name == "" {
						t.Errorf("%s: option %q is not described", name, o.Name)
					}
				}
			}
		}
	}
}

// checkCodes says that each code is one, and listed once.
func checkCodes(t *testing.T, name string, codes []dberr.Code) {
	t.Helper()
	for i, code := range codes {
		if _, ok := dberr.Lookup(code); !ok || slices.Contains(codes[:i], code) {
			t.Errorf("%s: %s is no code, or listed twice", name, code)
		}
	}
}
