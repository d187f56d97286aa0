package shell

import (
	"context"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// TestGetAllocations bounds what c:get costs in a loop beside the document's table, which
// package convert bounds: finding the method and calling it take no memory, and the one
// document that comes again and again has nothing but its table, as an empty one of as many
// names has.
func TestGetAllocations(t *testing.T) {
	s := newSession(t)
	s.mustRun(t, `db.define_schema{schema_id = "users", schema_version = "v1", fields = {_id = {type = "string", required = true}, age = "int", name = "string"}}
		db.users:insert{_id = "ada", age = 36, name = "Ada"}`)
	perRound := func(body string) float64 {
		fn, err := s.runtime.Load("local users = db.users for i = 1, 1000 do "+body+" end", "loop")
		if err != nil {
			t.Fatal(err)
		}
		return testing.AllocsPerRun(5, func() {
			if _, err := s.runtime.Call(context.Background(), fn); err != nil {
				t.Fatal(err)
			}
		}) / 1000
	}
	var sink *lua.LTable
	table := testing.AllocsPerRun(1000, func() {
		sink = s.runtime.L.CreateTable(0, 3)
		for _, name := range []string{"_id", "age", "name"} {
			sink.RawSetString(name, lua.LTrue)
		}
	})
	for body, most := range map[string]float64{
		`local doc = users:get("ada")`:    0,
		`local doc = db.users:get("ada")`: 5, // the handle: what Lua has, what it holds, the engine's; the look at db
	} {
		got := perRound(body)
		t.Logf("%s: %.2f allocations, of which %.2f are the table", body, got, table)
		if over := got - table; over > most+0.5 {
			t.Errorf("%s: %.2f allocations beside the %.0f of the table", body, over, table)
		}
	}
}
