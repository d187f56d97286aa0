package repl

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/shell"
)

// newCompletionSession has collections, variables, snapshots and files to complete.
func newCompletionSession(t *testing.T) *shell.Session {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"backup-1.tar", "backup-2.tar", "sub/inner.lua", "helper.lua", ".hidden", "quo\"te"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	s := newSession(t, io.Discard)
	_, err := s.Eval(context.Background(), ChunkName, `
		db.define_schema{schema_id = "quakes", schema_version = "v1",
			fields = {_id = {type = "string", required = true}, mag = "float", place = "string",
				location = {type = "object", fields = {lat = "float", lon = "float"}},
				parts = {type = "array", items = {type = "object", fields = {depth = "int"}}}},
			indexes = {"mag", "location.lat"}}
		db.define_schema{schema_id = "users", schema_version = "v1", fields = {_id = {type = "string", required = true}, name = "string"}}
		db.define_schema{schema_id = "users", schema_version = "v2",
			fields = {_id = {type = "string", required = true}, name = "string", nick = "string"}, indexes = {"nick"}}
		db.define_schema{schema_id = "odd-name", schema_version = "v1", fields = {_id = {type = "string", required = true}}}
		c = db.quakes
		old = db.collection("users", "v1")
		_G["glaring \27[31m"], settings = 1, {["col\27[31m"] = 1, ["col\226\128\174"] = 1, colour = 1, count = 2, ["not a name"] = 3, nested = {deep = 1}}
		text = "x"
		number = 1
		it = c:each()
		storage.snapshot()
		trap = setmetatable({}, {__index = function() error("called") end})`)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestComplete(t *testing.T) {
	s := newCompletionSession(t)
	ids, err := s.DB().SnapshotIDs()
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	id := ids[0]
	for _, c := range []struct{ before, word, want string }{
		// Names.
		{"stor", "stor", "storage"},
		{"setti", "setti", "settings"},
		{"whi", "whi", "while"},
		{"c:find{limit = 3} prin", "prin", "print"},
		{"local counter = 1\nfor index = 1, 2 do coun", "coun", "counter"},
		{"for index, item in pairs(x) do it", "it", "item"},
		{"function measure(first, second) retu", "retu", "return"},
		{"function measure(first, second) sec", "sec", "second"},
		{"local function measure(first) end meas", "meas", "measure"},
		// Members.
		{"storage.sn", "sn", "snapshot snapshots"},
		{"x = storage.re", "re", "remove_snapshot reopen restore"},
		{"print(settings.co", "co", "colour count"},
		{"settings.", "", "colour count nested"},
		{"settings.nested.d", "d", "deep"},
		{"_G.stor", "stor", "storage"},
		{"db.q", "q", "quakes"},
		{"db.o", "o", ""},
		{`db["o`, "o", "odd-name"},
		{`db['q`, "q", "quakes"},
		{`settings["col`, "col", "colour"},
		{"glar", "glar", ""},
		{`settings["not`, "not", "not a name"},
		{"db.sch", "sch", "schema schemas"},
		{"storage.stats().docu", "docu", "document_count"},
		{"storage.checkpoint().snapshot.cre", "cre", "created created_at"},
		{"storage.snapshots()[1].i", "i", "id"},
		{"c:find{limit = 1}[1].pl", "pl", "place"},
		{`old:get("x").n`, "n", "name"},
		{"nothing.x", "x", ""},
		{"trap.", "", ""},
		{"trap.x.y:", "", "close count delete each explain export find get import insert insert_many move_from replace"},
		// Methods.
		{"db.quakes:ins", "ins", "insert insert_many"},
		{"db.quakes:find{}.x", "x", ""},
		{"c:ex", "ex", "explain export"},
		{"it:", "", "close"},
		{"text:up", "up", "upper"},
		{"number:", "", ""},
		{"storage:", "", ""},
		{"unknown:", "", "close count delete each explain export find get import insert insert_many move_from replace"},
		{`db.collection("users", "v1"):fi`, "fi", "find"},
		// Options.
		{"c:find{", "", "filter limit sort"},
		{"c:find({", "", "filter limit sort"},
		{"c:find{sort = 'mag', ", "", "filter limit"},
		{"c:find{limit = 1,\n  fi", "fi", "filter"},
		{"storage.backup{ou", "ou", "output"},
		{"storage.backup({ou", "ou", "output"},
		{"storage.backup{output = 'x', ", "", "overwrite"},
		{"storage.drill{", "", "input scratch_dir"},
		{"storage.restore{", "", "input"},
		{"c:each{a", "a", "after"},
		{"c:export('x', {", "", "overwrite"},
		{"db.define_schema{", "", "fields indexes schema_id schema_version"},
		{"db.define_schema{fields = {a = {", "", "fields items required type"},
		{"db.request{", "", "_id document filter limit op schema_id schema_version sort"},
		{"print(c:find{sort = 'mag', limit = nu", "nu", "number"},
		// Fields.
		{"c:find{filter = {ma", "ma", "mag"},
		{"db.quakes:find{filter = {", "", `["location.lat"] _id mag`},
		{`db.quakes:find{filter = {["loc`, "loc", "location.lat"},
		{"c:find{filter = {mag = {", "", `["$eq"] ["$gt"] ["$gte"] ["$lt"] ["$lte"]`},
		{`c:find{filter = {mag = {["$g`, "$g", "$gt $gte"},
		{`c:find{filter = {mag = {["$gt"] = 1, ["$l`, "$l", "$lt $lte"},
		{`c:find{filter = {mag = 5}, s`, "s", "sort"},
		{`c:find{sort = "`, "", "-_id -location.lat -mag _id location.lat mag"},
		{`c:find{sort = "-ma`, "-ma", "-mag"},
		{`c:find{sort = 'lo`, "lo", "location.lat"},
		{`old:find{sort = "n`, "n", ""},
		{`db.users:find{sort = "n`, "n", "nick"},
		{"c:insert{lo", "lo", "location"},
		{"c:insert{_id = 'x', location = {l", "l", "lat lon"},
		{"c:insert_many{{_id = 'x', parts = {{d", "d", "depth"},
		{"c:replace{mag = 1, m", "m", ""},
		{"old:insert{n", "n", "name"},
		{"db.users:insert{n", "n", "name nick"},
		// Strings.
		{`db.collection("u`, "u", "users"},
		{`db.collection("users", "v`, "v", "v1 v2"},
		{`db.schema("users", "`, "", "v1 v2"},
		{`db.schema"od`, "od", "odd-name"},
		{`storage.remove_snapshot("`, "", id},
		{`storage.remove_snapshot "` + id[:4], id[:4], id},
		{`storage.diff("li`, "li", "live"},
		{`storage.diff("` + id[:6], id[:6], id},
		{`storage.diff("live", "back`, "back", "backup-1.tar backup-2.tar"},
		{`storage.backup("back`, "back", "backup-1.tar backup-2.tar"},
		{`storage.restore{input = "s`, "s", "sub/"},
		{`io.open("sub/`, "sub/", "sub/inner.lua"},
		{`x = "./back`, "./back", "./backup-1.tar ./backup-2.tar"},
		{`x = [[sub/i`, "sub/i", "sub/inner.lua"},
		{`x = ".h`, ".h", ".hidden"},
		{`x = "q`, "q", ""},
		{`require("hel`, "hel", "helper"},
		{`require "sub.`, "sub.", "sub.inner"},
		{`require("s`, "s", "sub."},
		{`x = "no/such/`, "no/such/", ""},
		{`c:get("back`, "back", ""},
		{`help("storage.sn`, "storage.sn", "storage.snapshot storage.snapshots"},
		{`db.request{op = "up`, "up", "update"},
		{`db.define_schema{fields = {a = "st`, "st", "string"},
		{`db.define_schema{fields = {a = {type = "fl`, "fl", "float"},
		{`print("done") sto`, "sto", "storage"},
		// Dot-commands.
		{".mo", ".mo", ".mode"},
		{" .t", ".t", ".tables .timing"},
		{".mode ", "", "auto csv json line lua table"},
		{".mode l", "l", "line lua"},
		{".mode json ", "", ""},
		{".timing o", "o", "off on"},
		{".read s", "s", "sub/"},
		{`.read "sub/`, "sub/", "sub/inner.lua"},
		{".once back", "back", "backup-1.tar backup-2.tar"},
		{".once --r", "--r", "--replace"},
		{".once --replace back", "back", "backup-1.tar backup-2.tar"},
		{".schema u", "u", "users"},
		{".schema users ", "", "v1 v2"},
		{".help .pa", ".pa", ".pager"},
		{".help storage.sn", "storage.sn", "storage.snapshot storage.snapshots"},
		{"help storage.sn", "storage.sn", "storage.snapshot storage.snapshots"},
		{"help AERO_WAL_F", "AERO_WAL_F", "AERO_WAL_FSYNC_FAILED AERO_WAL_FULL"},
		{"help .mo", ".mo", ".mode"},
		{"help = sto", "sto", "storage"},
		{".nonsense x", "", ""},
		{"x = .5", "", ""},
		{"f(\n.mo", "mo", ""},
		// No place for a name.
		{"-- stor", "", ""},
		{"--[[ stor", "", ""},
		{"x = 12", "", ""},
	} {
		word, got := Complete(s, c.before)
		if word != c.word || strings.Join(got, " ") != c.want {
			t.Errorf("%q: %q %q, want %q %q", c.before, word, got, c.word, c.want)
		}
	}
	if _, all := Complete(s, ""); len(all) < 20 || !slices.Contains(all, "storage") || !slices.Contains(all, "settings") {
		t.Errorf("an empty line: %q", all)
	}
}

// TestCompleteAnywhere completes at every place of a piece of Lua, whole and mutilated, and
// expects nothing but candidates that begin with the word before the cursor.
func TestCompleteAnywhere(t *testing.T) {
	s := newCompletionSession(t)
	before := s.DB().Sequence()
	const lua = `local t = {a = 1, ["b c"] = {2; 3}, [4] = [[long]], f = function(x, ...) return x.y:z"q" end}
		-- remark --[==[ long ]==] c:find{filter = {mag = {["$gte"] = 1e3, ['$lt'] = 0x10}}, sort = '-mag'}[1].location.lat = t.a..t["b c"][1]
		goto done ::done:: if not (a ~= b and c <= d) then db.collection("users", "v1"):insert_many{{_id = "\"\\"}, {}} end)]}`
	for i := 0; i <= len(lua); i++ {
		for _, text := range []string{lua[:i], lua[i:], lua[i/2 : i]} {
			checkComplete(t, s, text)
		}
	}
	if after := s.DB().Sequence(); after != before {
		t.Errorf("completing has written: sequence %d, was %d", after, before)
	}
}

// TestCompleteWithoutDatabase says that a session whose database is gone completes what is
// left and shows no error.
func TestCompleteWithoutDatabase(t *testing.T) {
	var screen strings.Builder
	s := newSession(t, &screen)
	if err := os.RemoveAll(s.DB().Dir()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Eval(context.Background(), ChunkName, "pcall(storage.reopen)"); err != nil || s.DB() != nil {
		t.Fatal(err, s.DB())
	}
	for _, text := range []string{"db.q", `storage.remove_snapshot("`, `db.collection("`, "db.quakes:find{filter = {", "c:insert{"} {
		Complete(s, text)
	}
	if _, got := Complete(s, "storage.sn"); len(got) != 2 || screen.Len() > 0 {
		t.Errorf("%q, screen %q", got, screen.String())
	}
}
