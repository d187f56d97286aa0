package shell

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/runs"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/shell/lang"
)

// A playbook runs a script as `aerodb run` does, each time in a process of its own.
type playbook struct {
	fs      vfs.FS
	options engine.Options
}

func newPlaybook(t *testing.T) *playbook {
	t.Helper()
	s := newSession(t)
	s.mustRun(t, people)
	p := &playbook{fs: s.env.Database.FS, options: s.env.Database}
	if err := s.closeDatabase(); err != nil {
		t.Fatal(err)
	}
	return p
}

// run runs source; resume is the id of a run to go on with.
func (p *playbook) run(t *testing.T, source, resume string) (*runs.Run, string, error) {
	t.Helper()
	db, err := engine.Open(context.Background(), p.options)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	reopen := func(ctx context.Context) (*engine.DB, error) { return engine.Open(ctx, p.options) }
	s := New(Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, FS: p.fs, Now: p.options.Now, Database: p.options}, db, reopen)
	defer s.Close()
	if err := s.Journal(Runbook{Script: testScript, Resume: resume}); err != nil {
		return nil, "", err
	}
	_, err = s.Run(context.Background(), "test.lua", source, nil)
	exit := 0
	var asked *lang.Exit
	if errors.As(err, &asked) {
		exit = asked.Code
	} else if err != nil {
		exit = 1
	}
	run, jerr := s.EndRun(err, exit)
	if jerr != nil {
		t.Fatal(jerr)
	}
	return run, out.String(), err
}

const threeSteps = `
	local a = step("add", function()
		print("adding")
		db.users:insert{_id = "carol", name = "Carol"}
		return {count = db.users:count(), big = 9007199254740993, list = {}, flag = false}
	end)
	assert(a.count == 3 and a.big == int64("9007199254740993") and a.flag == false and #a.list == 0)
	local nothing = step("nothing", function() print("nothing") end)
	assert(nothing == nil)
	local n = step("shaky", function()
		print("shaky")
		if FAIL then error("out of luck") end
		return a.count + 1
	end)
	print("end", n)`

func TestSteps(t *testing.T) {
	p := newPlaybook(t)
	run, out, err := p.run(t, "local FAIL = true "+threeSteps, "")
	if err == nil || out != "adding\nnothing\nshaky\n" {
		t.Fatalf("%v, %q", err, out)
	}
	if run.Outcome != runs.Failed || run.StepsDone() != 2 || run.Problem.Code != "AERO_SCRIPT_ERROR" || !strings.Contains(run.Problem.Message, "out of luck") {
		t.Fatalf("%+v", run)
	}
	var f *Failure
	if !errors.As(err, &f) || !strings.Contains(strings.Join(f.Traceback, "\n"), "test.lua:12") || f.Line != 12 {
		t.Errorf("the traceback is lost: %+v", f)
	}
	// The same names again, from the top: what is done is not run.
	again, out, err := p.run(t, "local FAIL = false "+threeSteps, run.ID)
	if err != nil || out != "shaky\nend\t4\n" {
		t.Fatalf("%v, %q", err, out)
	}
	if again.Outcome != runs.Done || again.StepsDone() != 3 || again.ID != run.ID || again.Resumed != 1 {
		t.Errorf("%+v", again)
	}
	_, _, err = p.run(t, threeSteps, run.ID)
	if dberr.CodeOf(err) != dberr.ScriptChanged {
		t.Errorf("resuming what is done: %v", err)
	}
}

// Between the failure and the resumption somebody writes.
func TestResumeAfterAWrite(t *testing.T) {
	p := newPlaybook(t)
	run, _, _ := p.run(t, "local FAIL = true "+threeSteps, "")
	if _, _, err := p.run(t, `db.users:delete("bob")`, ""); err != nil {
		t.Fatal(err)
	}
	_, _, err := p.run(t, threeSteps, run.ID)
	if dberr.CodeOf(err) != dberr.ScriptChanged || !strings.Contains(err.Error(), "has moved") {
		t.Errorf("%v", err)
	}
}

func TestStepRules(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"twice", `step("a", function() end) step("a", function() end)`, `the step "a" twice`},
		{"nested", `step("a", function() step("b", function() end) end)`, `"b" begins inside the step "a"`},
		{"no name", `step("", function() end)`, "1 to 200 bytes"},
		{"no function", `step("a")`, "fn is missing"},
		{"function as result", `step("a", function() return {f = print} end)`, `the result of the step "a": f: a function has no JSON`},
		{"hole", `step("a", function() return {1, nil, 3} end)`, "hole"},
		{"handle", `step("a", function() return db.users end)`, "has no JSON"},
		{"two results", `step("a", function() return 1, 2 end)`, "returns 2 values"},
		{"too large", `step("a", function() return ("x"):rep(2^20) end)`, "bytes of JSON"},
		{"exit", `step("a", function() os.exit(3) end)`, "exit code 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlaybook(t)
			run, _, err := p.run(t, c.source, "")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%v, want %q", err, c.want)
			}
			if run != nil && run.Outcome != runs.Failed {
				t.Errorf("the run is %s", run.Outcome)
			}
			if run != nil && len(run.Steps) > 0 && c.name != "twice" && run.Steps[0].Outcome != runs.Failed {
				t.Errorf("the step is %s", run.Steps[0].Outcome)
			}
		})
	}
}

// A caught failure is a failure of the step; the runbook goes on, and the step is run
// again when the run is resumed.
func TestStepCaught(t *testing.T) {
	p := newPlaybook(t)
	run, out, err := p.run(t, `
		local ok, e = pcall(step, "a", function() storage.remove_snapshot("20260204T113000Z-1") end)
		print(ok, e.code)
		print(step("b", function() return 7 end))`, "")
	if err != nil || out != "false\tAERO_SNAPSHOT_NOT_FOUND\n7\n" {
		t.Fatalf("%v %q", err, out)
	}
	if run.Outcome != runs.Done || run.StepsDone() != 1 || run.Steps[0].Problem.Code != "AERO_SNAPSHOT_NOT_FOUND" {
		t.Errorf("%+v", run)
	}
}

// A script without steps leaves no trace, and steps need a place for their journal.
func TestWithoutJournal(t *testing.T) {
	p := newPlaybook(t)
	if run, _, err := p.run(t, "return 1", ""); run != nil || err != nil {
		t.Errorf("%+v, %v", run, err)
	}
	if _, err := p.fs.Stat("data/runs"); !vfs.IsNotExist(err) {
		t.Errorf("runs/ is there: %v", err)
	}
	p.options.ReadOnly = true
	if _, _, err := p.run(t, `step("a", function() end)`, ""); dberr.CodeOf(err) != dberr.DatabaseReadOnly {
		t.Errorf("read-only: %v", err)
	}
	s := newSession(t)
	s.runbook = nil
	if err := s.Session.runPlain(`step("a", function() end)`); dberr.CodeOf(err) != dberr.ScriptError || !strings.Contains(report(err), "aerodb run FILE.lua") {
		t.Errorf("at a prompt: %v", report(err))
	}
}

func (s *Session) runPlain(source string) error {
	_, err := s.Run(context.Background(), "test.lua", source, nil)
	return err
}

// The disk fills up while a step is journaled: the run stops there, and says so.
func TestJournalFails(t *testing.T) {
	p := newPlaybook(t)
	mem := p.fs.(*vfs.Mem)
	db, err := engine.Open(context.Background(), p.options)
	if err != nil {
		t.Fatal(err)
	}
	s := New(Env{Stdin: strings.NewReader(""), FS: mem, Now: p.options.Now, Database: p.options}, db, nil)
	defer s.Close()
	if err := s.Journal(Runbook{Script: testScript}); err != nil {
		t.Fatal(err)
	}
	if err := s.runPlain(`step("a", function() end)`); err != nil {
		t.Fatal(err)
	}
	mem.SetFault(func(op vfs.Op) error {
		if strings.Contains(op.Path, "runs/") {
			return vfs.ENOSPC
		}
		return nil
	})
	err = s.runPlain(`local ran = false
		local ok, e = pcall(step, "b", function() ran = true end)
		assert(not ok and not ran and e.code == "AERO_STORAGE_NO_SPACE", tostring(e))
		step("c", function() end)`)
	mem.SetFault(nil)
	if dberr.CodeOf(err) != dberr.StorageNoSpace {
		t.Errorf("%v", err)
	}
	if _, err := s.EndRun(err, 1); dberr.CodeOf(err) != dberr.StorageNoSpace {
		t.Errorf("the end of the run: %v", err)
	}
}

func TestConfirm(t *testing.T) {
	s := newSession(t)
	s.mustRun(t, `assert(confirm("Remove all"))`)
	if len(s.asked) != 1 || s.asked[0] != "Remove all" {
		t.Errorf("asked %q", s.asked)
	}
	s.answer = dberr.New(dberr.ConfigInvalid, "Remove all").WithHint("to go on, say --yes")
	if err := s.run(`confirm("Remove all")`); dberr.CodeOf(err) != dberr.ConfigInvalid || !strings.Contains(report(err), "--yes") {
		t.Errorf("%v", report(err))
	}
	s.env.Confirm = nil
	if err := s.run(`confirm("Remove all")`); dberr.CodeOf(err) != dberr.ConfigInvalid {
		t.Errorf("%v", err)
	}
}

// TestHelpers runs chunks that assert for themselves.
func TestHelpers(t *testing.T) {
	for _, c := range []struct{ name, source string }{
		{"format", `
			for _, c in ipairs{{0, "0 B"}, {1023, "1023 B"}, {1024, "1.0 KiB"}, {-2048, "-2.0 KiB"}, {1536 * 2^20, "1.5 GiB"}, {int64("9007199254740993"), "8.0 PiB"}} do
				assert(format.size(c[1]) == c[2], format.size(c[1]))
			end
			for _, c in ipairs{{0.4, "0.40 ms"}, {12, "12 ms"}, {999, "999 ms"}, {1500, "1.50 s"}, {65000, "1 min 05 s"}, {3660000, "1 h 01 min"}, {90061000, "1 d 01 h 01 min"}} do
				assert(format.duration(c[1]) == c[2], format.duration(c[1]))
			end
			assert(format.number(999) == "999" and format.number(-1234567) == "-1 234 567" and format.number(1234.5) == "1 234.50")
			assert(format.number(int64("9007199254740993")) == "9 007 199 254 740 993")
			local text = format.table({{name = "é", n = 1}, {name = "bb", n = 22.5, more = true}}, {"name", "n"})
			assert(text == "name     n\n----  ----\né        1\nbb    22.5", text)
			assert(format.table({{1, "x"}, {10, "y"}}, {"a", "b"}) == " a  b\n--  -\n 1  x\n10  y")
			assert(format.table({}, {"a"}) == "a\n-")`},
		{"retention", `
			local names = {}
			for day = 1, 28 do
				for _, hour in ipairs{"02", "14"} do names[#names + 1] = ("b-202602%02dT%s0000Z.tar"):format(day, hour) end
			end
			local plan = retention.plan(names, {newest = 3, daily = 2, weekly = 2, monthly = 12})
			assert(#plan.remove + #plan.keep == 56)
			assert(table.concat(plan.keep, " ") == "b-20260222T140000Z.tar b-20260227T140000Z.tar b-20260228T020000Z.tar b-20260228T140000Z.tar", table.concat(plan.keep, " "))
			assert(plan.reasons[1] == "weekly 2" and plan.reasons[4] == "newest 1, daily 1, weekly 1, monthly 1", table.concat(plan.reasons, "; "))
			assert(plan.remove[1] == "b-20260201T020000Z.tar")
			-- The order of the items does not matter, and what is left is all kept.
			local again = retention.plan(plan.keep, {newest = 3, daily = 2, weekly = 2, monthly = 12})
			assert(#again.remove == 0)
			assert(#retention.plan({}, {newest = 1}).remove == 0)
			local snapshots = {{id = "x", created_at = "2026-02-04T11:30:00Z"}, {id = "y", created_at = "2026-02-03T11:30:00Z"}}
			assert(retention.plan(snapshots, {newest = 1}).remove[1].id == "y")
			for _, bad in ipairs{{{"no time"}, {newest = 1}}, {{"b-20260222T140000Z"}, {}}, {{"b-20260222T140000Z"}, {newest = -1}}, {{"b-20260222T140000Z"}, {newst = 1}}, {{1}, {newest = 1}}} do
				local ok, e = pcall(retention.plan, bad[1], bad[2])
				assert(not ok and e.code == "AERO_SCRIPT_ERROR", tostring(e))
			end`},
		{"weeks", `
			-- 2026-02-02 is a Monday, 2024-12-30 too: weeks go over the ends of months and years.
			local plan = retention.plan({"20260201T000000Z", "20260202T000000Z", "20260208T000000Z", "20260209T000000Z"}, {weekly = 9})
			assert(table.concat(plan.keep, " ") == "20260201T000000Z 20260208T000000Z 20260209T000000Z")
			plan = retention.plan({"20241229T000000Z", "20241230T000000Z", "20250101T000000Z", "20250106T000000Z"}, {weekly = 9, yearly = 1})
			assert(table.concat(plan.keep, " ") == "20241229T000000Z 20250101T000000Z 20250106T000000Z")`},
		{"assert_stats", people + `
			local s = assert_stats{document_count = 2, ["collections.users.documents"] = {["$gte"] = 2, ["$lt"] = 3}}
			assert(s.document_count == 2)
			local ok, e = pcall(assert_stats, {document_count = 3, schema_count = {["$gt"] = 1}, nothing = 1, segment_count = 0})
			assert(not ok and e.message == "assert_stats: document_count is 2, wanted 3; nothing is nil, wanted 1; schema_count is 1, wanted $gt 1", e.message)
			ok, e = pcall(assert_stats, {document_count = {["$like"] = 1}})
			assert(not ok and e.hint:find("bounds"))`},
		{"retry", `
			local calls, told = 0, {}
			local function shaky() calls = calls + 1; if calls < 3 then error{code = "AERO_DATABASE_LOCKED", message = "held"} end return "in" end
			assert(retry(shaky, {pause_ms = 50, on_retry = function(e, n) told[#told + 1] = e.code .. n end}) == "in" and calls == 3)
			assert(table.concat(told, " ") == "AERO_DATABASE_LOCKED1 AERO_DATABASE_LOCKED2")
			calls = -10
			local ok, e = pcall(retry, shaky, {attempts = 2})
			assert(not ok and e.code == "AERO_DATABASE_LOCKED" and calls == -8)
			calls = 0
			ok, e = pcall(retry, function() calls = calls + 1; storage.remove_snapshot("20260204T113000Z-1") end)
			assert(not ok and e.code == "AERO_SNAPSHOT_NOT_FOUND" and e.details.attempts == 1 and calls == 1)
			ok, e = pcall(retry, function() calls = calls + 1; storage.remove_snapshot("20260204T113000Z-1") end, {codes = {"AERO_SNAPSHOT_NOT_FOUND"}})
			assert(not ok and e.details.attempts == 3 and calls == 4)
			ok, e = pcall(retry, function() error("plain") end)
			assert(not ok and tostring(e):find("plain"))`},
		{"report", `
			local r = report.new("Night | shift"):section("What"):text("done\n"):list{"a", "b|c"}:list{}
			r:table({{id = "x", n = 1}, {id = "y|z", n = 2}}, {"id", "n"})
			assert(tostring(r) == r:markdown())
			assert(r:markdown() == "# Night \\| shift\n\n## What\n\ndone\n\n- a\n- b\\|c\n\n(none)\n\n| id | n |\n| --- | ---: |\n| x | 1 |\n| y\\|z | 2 |\n", r:markdown())
			r:write(dir .. "/r.md")
			assert(io.open(dir .. "/r.md"):read("*a") == r:markdown())
			local ok, e = pcall(r.write, r, dir .. "/no/such/r.md")
			assert(not ok and e.code == "AERO_STORAGE_IO_ERROR")`},
		{"files", `
			files.make_folder(dir .. "/x/y")
			files.make_folder(dir .. "/x/y")
			io.open(dir .. "/x/b", "w"):write("123")
			io.open(dir .. "/x/a", "w"):close()
			local list = files.list(dir .. "/x")
			assert(#list == 3 and list[1].name == "a" and list[2].bytes == 3 and list[3].folder and not list[1].folder)
			assert(list[1].modified_at:match("^%d%d%d%d%-%d%d%-%d%dT"))
			assert(files.size(dir .. "/x/b") == 3 and files.size(dir .. "/x/c") == nil)
			local ok, e = pcall(files.list, dir .. "/nowhere")
			assert(not ok and e.code == "AERO_STORAGE_IO_ERROR")`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSession(t)
			s.mustRun(t, c.source)
			if c.name == "retry" && (len(s.slept) != 2 || s.slept[0] != 50*time.Millisecond) {
				t.Errorf("slept %v", s.slept)
			}
		})
	}
}
