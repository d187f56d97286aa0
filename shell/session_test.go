package shell

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell/lang"
)

// TestScripts runs testdata/*.lua and compares what they print, and how they fail,
// with the golden file beside them.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.lua")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".lua"), func(t *testing.T) {
			s := newSession(t)
			_, err := s.RunFile(context.Background(), file, []string{s.dir, "second"})
			got := strings.ReplaceAll(s.out.String(), s.dir, "DIR")
			if err != nil {
				got += "-- failed --\n" + strings.ReplaceAll(report(err), s.dir, "DIR")
			}
			golden := strings.TrimSuffix(file, ".lua") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestErrorCodes runs one mistake after the other and looks at code and message.
func TestErrorCodes(t *testing.T) {
	s := newSession(t)
	s.mustRun(t, people)
	for _, c := range []struct {
		source string
		code   dberr.Code
		text   string // in the message
	}{
		{`storage.snapshots(1)`, dberr.ScriptError, "takes no arguments, not 1"},
		{`storage.remove_snapshot()`, dberr.ScriptError, "id is missing"},
		{`storage.remove_snapshot(42)`, dberr.ScriptError, "must be a string, not the number 42"},
		{`storage.remove_snapshot("nope")`, dberr.SnapshotNotFound, "nope"},
		{`storage.snapshoot()`, dberr.ScriptError, `did you mean "snapshot"`},
		{`db.define_schema(1)`, dberr.SchemaInvalid, "definition must be a table"},
		{`db.define_schema{schema_id = "x"}`, dberr.SchemaInvalid, ""},
		{`db.define_schema{schema_id = "x", schema_version = "v1", fields = {_id = {type = "string", required = true}, n = "strng"}}`, dberr.SchemaInvalid, "string"},
		{`db.define_schema{schema_id = "x", schema_version = "v1", fields = {_id = {type = "string", required = true}, n = print}}`, dberr.SchemaInvalid, "fields.n: a function has no JSON"},
		{`db.define_schema{schema_id = "users", schema_version = "v1", fields = {_id = {type = "string", required = true}}}`, dberr.SchemaImmutable, ""},
		{`db.define_schema{schema_id = "users", schema_version = "v2", fields = {_id = {type = "string", required = true}}}`, dberr.SchemaIncompatible, ""},
		{`db.collection()`, dberr.SchemaRequired, "id is missing"},
		{`db.collection("users")`, dberr.SchemaVersionRequired, "version is missing"},
		{`db.collection("users", "")`, dberr.SchemaVersionRequired, "needs a version"},
		{`db.collection("users", "v9")`, dberr.SchemaVersionUnknown, ""},
		{`db.collection("usrs", "v1")`, dberr.SchemaUnknown, "usrs"},
		{`db.usrs:count()`, dberr.SchemaUnknown, `did you mean "users"`},
		{`db.schema("users", "v9")`, dberr.SchemaVersionUnknown, ""},
		{`db.users.count()`, dberr.ScriptError, "with a colon"},
		{`db.users:insret{}`, dberr.ScriptError, `did you mean "insert"`},
		{`db.users:insert()`, dberr.SchemaValidationFailed, "doc is missing"},
		{`db.users:insert("x")`, dberr.SchemaValidationFailed, "must be a table"},
		{`db.users:insert{_id = "alice", name = "A"}`, dberr.DocumentExists, "alice"},
		{`db.users:insert{_id = "z"}`, dberr.SchemaValidationFailed, "name"},
		{`db.users:insert{_id = "z", name = "Z", age = 1.5}`, dberr.SchemaValidationFailed, "age: wants an int, not 1.5"},
		{`db.users:insert{_id = "z", name = "Z", age = 2^53}`, dberr.SchemaValidationFailed, "age: wants an int, and the number 9007199254740992 can't be told"},
		{`db.users:insert{_id = "z", name = "Z", age = 0/0}`, dberr.SchemaValidationFailed, "age: NaN"},
		{`db.users:insert{_id = "z", name = "Z", score = math.huge}`, dberr.SchemaValidationFailed, "score: +Inf"},
		{`db.users:insert{_id = "z", name = "Z", score = 9007199254740993}`, dberr.SchemaValidationFailed, "score"},
		{`db.users:insert{_id = "z", name = "Z", address = {city = "B", numbers = {1, 2.5}}}`, dberr.SchemaValidationFailed, "address.numbers[1]: wants an int"},
		{`db.users:insert{_id = "z", name = "Z", tags = {"a", nil, "c"}}`, dberr.SchemaValidationFailed, "tags: the list has a hole"},
		{`db.users:insert{_id = "z", name = "Z", tags = {"a", x = 1}}`, dberr.SchemaValidationFailed, "tags: the table mixes a list with names"},
		{`db.users:insert{_id = "z", name = "Z", tags = {[0] = "a"}}`, dberr.SchemaValidationFailed, "tags: the key 0"},
		{`db.users:insert{_id = "z", name = "Z", tags = {[true] = "a"}}`, dberr.SchemaValidationFailed, "tags: a key is a boolean"},
		{`db.users:insert{_id = "z", name = json.null}`, dberr.SchemaValidationFailed, "name"},
		{`db.users:insert{_id = "z", name = "\255"}`, dberr.SchemaValidationFailed, "name: the string is not valid UTF-8"},
		{`db.users:insert{_id = "z", name = print}`, dberr.SchemaValidationFailed, "name: a function has no JSON"},
		{`db.users:insert{_id = "z", name = "Z", nmae = 1}`, dberr.SchemaValidationFailed, "nmae"},
		{`local t = {} t.t = t db.users:insert(t)`, dberr.SchemaValidationFailed, "holds itself"},
		{`db.users:insert_many{{_id = "y", name = "Y"}, {_id = "alice", name = "A"}}`, dberr.DocumentExists, "alice"},
		{`db.users:insert_many{{_id = "y", name = "Y"}, 3}`, dberr.SchemaValidationFailed, "document 2 of the list is the number 3"},
		{`db.users:insert_many{_id = "y", name = "Y"}`, dberr.SchemaValidationFailed, "not one document"},
		{`db.users:replace{_id = "nobody", name = "N"}`, dberr.DocumentNotFound, "nobody"},
		{`db.users:get(1)`, dberr.ScriptError, "id must be a string"},
		{`db.users:delete()`, dberr.ScriptError, "id is missing"},
		{`db.users:find()`, dberr.QueryInvalid, "query is missing"},
		{`db.users:find{}`, dberr.QueryLimitRequired, ""},
		{`db.users:find{sort = "age", limit = 0}`, dberr.QueryLimitRequired, ""},
		{`db.users:find{sort = "age", limit = "10"}`, dberr.QueryInvalid, "must be an exact integer"},
		{`db.users:find{sort = "age", limit = 1.5}`, dberr.QueryInvalid, "must be an exact integer, not the number 1.5"},
		{`db.users:find{sort = "age", lmit = 1}`, dberr.QueryInvalid, `did you mean "limit"`},
		{`db.users:find{"age", limit = 1}`, dberr.QueryInvalid, "not a list"},
		{`db.users:find{limit = 1}`, dberr.QueryUnbounded, ""},
		{`db.users:find{filter = {}, limit = 1}`, dberr.QueryUnbounded, ""},
		{`db.users:find{filter = {score = 1}, limit = 1}`, dberr.QueryUnindexedField, "score"},
		{`db.users:find{filter = {age = {["$foo"] = 1}}, limit = 1}`, dberr.QueryInvalid, "$foo"},
		{`db.users:find{filter = {age = "x"}, limit = 1}`, dberr.QueryInvalid, ""},
		{`db.users:find{filter = {age = 2^60}, limit = 1}`, dberr.QueryInvalid, ""},
		{`db.users:find{filter = {age = print}, limit = 1}`, dberr.QueryInvalid, "age: a function has no JSON"},
		{`db.users:find{sort = "score", limit = 1}`, dberr.QuerySortNotIndexed, "score"},
		{`db.users:each{limit = 0}`, dberr.QueryInvalid, "limit must be positive"},
		{`db.users:each("x")`, dberr.ScriptError, "a table of options"},
		{`db.users:import("/nowhere/x.jsonl")`, dberr.StorageIOError, "/nowhere/x.jsonl"},
		{`db.users:export("/nowhere/x.jsonl")`, dberr.StorageIOError, "/nowhere/x.jsonl"},
		{`db.request(1)`, dberr.QueryInvalid, "request must be a table"},
		{`db.request{op = print}`, dberr.QueryInvalid, "op: a function has no JSON"},
		{`json.decode("{")`, dberr.ScriptError, "json.decode"},
		{`json.encode(print)`, dberr.ScriptError, "a function has no JSON"},
		{`int64(1.5)`, dberr.ScriptError, "exact integer"},
		{`int64("9223372036854775808")`, dberr.ScriptError, "exact integer"},
		{`local it = db.users:each() it:close() it()`, dberr.ScriptError, "the iterator is closed"},
		{`local it = db.users:each() storage.reopen() it()`, dberr.ScriptError, "was closed"},
		{`error("own")`, dberr.ScriptError, "test.lua:1: own"},
		{`error({code = "AERO_WAL_FULL", message = "made up"})`, dberr.WALFull, "made up"},
		{`error({code = "MINE", message = "m"})`, dberr.ScriptError, "MINE: m"},
		{`error({1, 2})`, dberr.ScriptError, "{1, 2}"},
		{`error(nil)`, dberr.ScriptError, "nil"},
		{`x = 1`, dberr.ScriptError, "declare it with local"},
		{`storge.stats()`, dberr.ScriptError, "did you mean 'storage'"},
	} {
		err := s.run(c.source)
		var failure *Failure
		switch {
		case !errors.As(err, &failure):
			t.Errorf("%s: %v", c.source, err)
		case failure.Err.Code != c.code || !strings.Contains(failure.Err.Text(), c.text):
			t.Errorf("%s:\n got %s\nwant %s with %q", c.source, failure.Error(), c.code, c.text)
		case failure.Line != 1 || failure.Name != "test.lua":
			t.Errorf("%s: at %s:%d", c.source, failure.Name, failure.Line)
		}
	}
	n, err := s.Run(context.Background(), "count", "return db.users:count()", nil)
	if err != nil || n[0].String() != "2" {
		t.Errorf("after all that %v documents, %v", n, err)
	}
}

// TestPanicEndsTheSession makes a function panic: pcall catches the error, but the
// session serves no further call.
func TestPanicEndsTheSession(t *testing.T) {
	s := newSession(t)
	s.mustRun(t, people)
	s.db, s.closed = nil, nil // a state that cannot be: the next call trips over it
	defer func() { s.closed = errClosed() }()
	err := s.run(`local ok, e = pcall(function() return db.users:count() end)
		assert(not ok and e.code == "AERO_INTERNAL_INVARIANT" and e.severity == "BUG", tostring(e))
		storage.digest()`)
	if dberr.CodeOf(err) != dberr.InternalInvariant {
		t.Errorf("the next call: %v", err)
	}
	if err := s.run("return 1"); dberr.CodeOf(err) != dberr.InternalInvariant {
		t.Errorf("the next chunk: %v", err)
	}
}

func TestInterruptedScript(t *testing.T) {
	s := newSession(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.Run(ctx, "loop.lua", "while true do pcall(error, 'x') end", nil)
	var failure *Failure
	if !errors.As(err, &failure) || failure.Err.Code != dberr.ScriptInterrupted {
		t.Fatalf("err = %v", err)
	}
	s.mustRun(t, people) // the session goes on
}

// TestAbandonedIterators leaves loops early: what Lua can no longer reach is closed by
// the next each.
func TestAbandonedIterators(t *testing.T) {
	s := newSession(t)
	s.mustRun(t, people)
	s.mustRun(t, "for i = 1, 50 do for user in db.users:each() do break end end")
	for range 1000 {
		runtime.GC()
		s.mustRun(t, "db.users:each():close()")
		if len(s.iterators) < 10 {
			return
		}
	}
	t.Errorf("%d iterators are open", len(s.iterators))
}

func TestExit(t *testing.T) {
	s := newSession(t)
	err := s.run("os.exit(7)")
	var exit *lang.Exit
	if !errors.As(err, &exit) || exit.Code != 7 {
		t.Errorf("err = %v", err)
	}
}

func TestMissingScript(t *testing.T) {
	s := newSession(t)
	_, err := s.RunFile(context.Background(), s.dir+"/none.lua", nil)
	if dberr.CodeOf(err) != dberr.ScriptError || !strings.Contains(err.Error(), "none.lua") {
		t.Errorf("err = %v", err)
	}
}

// TestSameScriptSamePrint runs a script in two sessions.
func TestSameScriptSamePrint(t *testing.T) {
	var outputs [][]byte
	for range 2 {
		s := newSession(t)
		s.mustRun(t, people+`
			for k, v in pairs(db.users:get("alice")) do print(k, v) end
			for _, d in ipairs(db.schemas()) do print(d) end
			local t = {} for i = 1, 20 do t["k" .. i] = math.random(1000) end print(t)
			print(storage.digest(), db.users, db, storage.snapshot)
			print(pcall(db.users.insert, db.users, {_id = "alice"}))`)
		outputs = append(outputs, bytes.ReplaceAll(s.out.Bytes(), []byte(s.dir), nil))
	}
	if !bytes.Equal(outputs[0], outputs[1]) {
		t.Errorf("first\n%s\nsecond\n%s", outputs[0], outputs[1])
	}
	if bytes.Contains(outputs[0], []byte("0x")) {
		t.Errorf("an address in\n%s", outputs[0])
	}
}

// BenchmarkNew measures what the start of a shell costs beside opening the database.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Now: clock()}, nil, nil).runtime.Close()
	}
}
