package repl

import (
	"context"
	"io"
	"strings"
	"testing"
)

func TestPromptText(t *testing.T) {
	s := newSession(t, io.Discard)
	define := `db.define_schema{schema_id = "x", schema_version = "v1", fields = {_id = {type = "string", required = true}, t = "string"}}`
	if _, err := s.Eval(context.Background(), ChunkName, define); err != nil {
		t.Fatal(err)
	}
	check := func(template, want string, marks ...string) {
		t.Helper()
		if got := promptText(template, s.DB(), marks); got != want {
			t.Errorf("%q: %q, want %q", template, got, want)
		}
	}
	check("aerodb> ", "aerodb> ")
	check("aerodb> ", "aerodb (scratch)> ", "scratch")
	check("prod> ", "prod> ", "scratch")
	check("%d %s%f> ", "data 1> ")
	check("100%% %x %", "100% %x %")
	check("", "")
	fill := `for i = 1, 100 do
		local w = storage.stats()
		if w.wal_size_bytes * 100 / w.wal_limit_bytes >= 85 then return end
		db.x:insert{_id = tostring(i), t = string.rep("x", 40000)}
	end`
	if _, err := s.Eval(context.Background(), ChunkName, fill); err != nil {
		t.Fatal(err)
	}
	if got := promptText("aerodb> ", s.DB(), nil); !strings.HasPrefix(got, "aerodb (wal 8") || !strings.HasSuffix(got, "%)> ") {
		t.Errorf("a full log: %q", got)
	}
	if got := promptText("%w", s.DB(), nil); len(got) != 2 || got < "85" {
		t.Errorf("%%w is %q", got)
	}
	if got := promptText("%f", nil, []string{"scratch"}); got != " (closed, scratch)" {
		t.Errorf("no database: %q", got)
	}
	db := s.DB()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := promptText("aerodb> ", db, nil); got != "aerodb (failed)> " {
		t.Errorf("a database that refuses all work: %q", got)
	}
}
