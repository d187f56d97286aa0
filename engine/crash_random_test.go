package engine_test

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
	"pgregory.net/rapid"
)

// randomDefaults fixes the seed and the number of random workloads, unless the command
// line says otherwise; a failure prints the seed and is shrunk.
func randomDefaults() {
	checks := "6"
	if slowBuild {
		checks = "1"
	}
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.checks": checks, "rapid.nofailfile": "true", "rapid.shrinktime": "10s"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
}

// A drawer draws steps that follow from each other.
type drawer struct {
	t        *rapid.T
	m        *model
	versions []string // of schema t
	steps    []step
}

func (d *drawer) add(steps ...step) {
	for _, st := range steps {
		if st.then != nil {
			next := d.m.clone()
			st.then(next)
			d.m = next
		}
		d.steps = append(d.steps, st)
	}
}

// document draws one, of a size at or near the edge of a sector, or a large one.
func (d *drawer) document(version, id string) string {
	pad := rapid.SampledFrom([]int{0, 1, 100, 395, 396, 397, 398, 900, 1420, 2800, 5000}).Draw(d.t, "pad")
	text := doc(id, rapid.IntRange(0, 3).Draw(d.t, "n"), pad)
	if version == "v2" && rapid.Bool().Draw(d.t, "x") {
		text = strings.TrimSuffix(text, "}") + `,"x":true}`
	}
	return text
}

func (d *drawer) version() string { return rapid.SampledFrom(d.versions).Draw(d.t, "version") }

// existing draws a document that is there.
func (d *drawer) existing() (version, id string) {
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(d.m.docs))).Draw(d.t, "document")
	_, version, id = splitName(name)
	return version, id
}

func (d *drawer) insert() {
	version := d.version()
	var docs []string
	for range rapid.IntRange(1, 3).Draw(d.t, "documents") {
		docs = append(docs, d.document(version, fmt.Sprintf("d%d", len(d.steps)*10+len(docs))))
	}
	if len(docs) > 1 { // together they fit the log
		for i := range docs {
			docs[i] = doc(idOf([]byte(docs[i])), i, 200*i)
		}
	}
	d.add(stepInsert(version, docs...))
}

func (d *drawer) replace() {
	version, id := d.existing()
	if version != d.versions[len(d.versions)-1] { // a newer one may be named, an older one not
		version = d.version()
	}
	d.add(stepReplace(version, d.document(version, id)))
}

func (d *drawer) remove() { d.add(stepDelete(d.existing())) }

func (d *drawer) define() {
	d.versions = append(d.versions, "v2")
	d.add(stepDefine(schemaV2))
}

// reopen closes or kills, and opens; restores, undoes or drops in between.
func (d *drawer) reopen() {
	closed := d.m.backup != nil && rapid.Bool().Draw(d.t, "closed")
	if !closed && rapid.Bool().Draw(d.t, "kill") {
		d.add(stepKill(), stepOpen())
		return
	}
	d.add(stepClose())
	if closed {
		switch {
		case d.m.previous == nil:
			d.add(stepRestore())
		case rapid.Bool().Draw(d.t, "undo"):
			d.add(stepUndo())
		default:
			d.add(stepDrop())
		}
		d.versions = d.versions[:1]
		if slices.Contains(d.m.schemas, "t v2") {
			d.versions = append(d.versions, "v2")
		}
	}
	d.add(stepOpen())
}

func (d *drawer) draw() {
	actions := map[string]func(){
		"insert": d.insert, "reopen": d.reopen, "checkpoint": func() { d.add(stepCheckpoint()) }, "snapshot": func() { d.add(stepSnapshot()) },
		"compact": func() { d.add(stepCompact()) }, "backup": func() { d.add(stepBackup()) }, "verify": func() { d.add(stepVerify()) },
	}
	if len(d.m.docs) > 0 {
		actions["replace"], actions["delete"] = d.replace, d.remove
	}
	if len(d.versions) == 1 {
		actions["define"] = d.define
	}
	actions[rapid.SampledFrom(slices.Sorted(maps.Keys(actions))).Draw(d.t, "action")]()
}

// TestCrashInRandomWorkloads crashes what nobody thought of. A failure prints steps,
// calls and the command that replays it.
func TestCrashInRandomWorkloads(t *testing.T) {
	workloads, images, inner := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		s := newSim()
		s.keep = rapid.IntRange(1, 2).Draw(rt, "keep")
		if err := s.run(fresh()...); err != nil {
			rt.Fatal(err)
		}
		d := &drawer{t: rt, m: s.now, versions: []string{"v1"}}
		for range rapid.IntRange(2, 7).Draw(rt, "steps") {
			d.draw()
		}
		c := newCutter(s)
		c.most = 1
		err := c.run(d.steps...)
		workloads, images, inner = workloads+1, images+len(c.seen), inner+len(c.inner)
		c.count()
		if err != nil {
			var names []string
			for _, st := range d.steps {
				names = append(names, st.name)
			}
			rt.Fatalf("%v\nsteps: %s\ncalls:\n%s", err, strings.Join(names, "; "), vfs.FormatTrace(s.mem.Trace()))
		}
	})
	t.Logf("%d workloads, %d images, %d of recoveries and killed processes", workloads, images, inner)
}
