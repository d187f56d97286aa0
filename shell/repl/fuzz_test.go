package repl

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/shell"
)

// FuzzComplete completes whatever is typed: nothing panics, the word ends the text, and
// each candidate goes on with it.
func FuzzComplete(f *testing.F) {
	for _, text := range []string{
		"storage.re", `db.quakes:find{filter = {mag = {["$g`, "c:insert_many{{_id = 'x', parts = {{d", ".schema quakes ", "help AERO_",
		`x = [==[ ]=]`, "--[[ ]] f(", "for a, b in pairs(t) do a", "db.collection('quakes', \"", "a.b['c'](1, {2}):d.",
	} {
		f.Add(text)
	}
	s := newSession(f, io.Discard)
	if _, err := s.Eval(context.Background(), ChunkName, `
		db.define_schema{schema_id = "quakes", schema_version = "v1", fields = {_id = {type = "string", required = true},
			mag = "float", parts = {type = "array", items = {type = "object", fields = {depth = "int"}}}}, indexes = {"mag"}}
		c = db.quakes`); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkComplete(t, s, text)
	})
}

// checkComplete completes text: the word ends it, and each candidate goes on with the word.
func checkComplete(t *testing.T, s *shell.Session, text string) {
	t.Helper()
	word, candidates := Complete(s, text)
	if !strings.HasSuffix(text, word) {
		t.Fatalf("the word of %q is %q", text, word)
	}
	for _, candidate := range candidates {
		if !strings.HasPrefix(candidate, word) || candidate == word {
			t.Fatalf("%q offers %q for %q", text, candidate, word)
		}
	}
}
