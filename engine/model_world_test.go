package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/aerodb/aerodb/engine/digest"
)

// The model: a plain map, and the obvious way to ask it. Nothing here is shared with
// the engine but package digest.

// A modelValue is a value of a field and how canonical JSON writes it.
type modelValue struct {
	kind string // int, float, bool, string
	n    int64
	f    float64
	s    string
	json string
}

func intValue(n int64) modelValue {
	return modelValue{kind: "int", n: n, json: strconv.FormatInt(n, 10)}
}

func stringValue(s string) modelValue {
	return modelValue{kind: "string", s: s, json: modelQuote(s)}
}

func boolValue(b bool) modelValue {
	v := modelValue{kind: "bool", json: strconv.FormatBool(b)}
	if b {
		v.n = 1
	}
	return v
}

// modelEscapes are all the escapes that strings of the generator's alphabet need.
var modelEscapes = strings.NewReplacer(`"`, `\"`, `\`, `\\`, "\x00", `\u0000`, "\x01", `\u0001`)

func modelQuote(s string) string { return `"` + modelEscapes.Replace(s) + `"` }

// compare orders two values of one kind.
func (v modelValue) compare(w modelValue) int {
	less, more := v.n < w.n, v.n > w.n
	switch v.kind {
	case "float":
		less, more = v.f < w.f, v.f > w.f
	case "string":
		less, more = v.s < w.s, v.s > w.s
	}
	switch {
	case less:
		return -1
	case more:
		return 1
	}
	return 0
}

// A modelDoc is a document: dotted paths to values, without _id.
type modelDoc struct {
	version int // index among the collection's versions
	id      string
	fields  map[string]modelValue
	text    string // canonical, once asked for
}

// json writes the document with its members in the order that less gives.
func (d *modelDoc) json(shuffle func([]string)) string {
	top := map[string]string{"_id": modelQuote(d.id)}
	nested := map[string]map[string]string{}
	for path, v := range d.fields {
		head, rest, inner := strings.Cut(path, ".")
		if !inner {
			top[head] = v.json
			continue
		}
		if nested[head] == nil {
			nested[head] = map[string]string{}
		}
		nested[head][rest] = v.json
	}
	for head, members := range nested {
		top[head] = modelObject(members, shuffle)
	}
	return modelObject(top, shuffle)
}

func modelObject(members map[string]string, shuffle func([]string)) string {
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	sort.Strings(names)
	shuffle(names)
	for i, name := range names {
		names[i] = modelQuote(name) + ":" + members[name]
	}
	return "{" + strings.Join(names, ",") + "}"
}

// canonical is what the engine must give back.
func (d *modelDoc) canonical() string {
	if d.text == "" {
		d.text = d.json(func([]string) {})
	}
	return d.text
}

// A modelField is a declared field and whether an index is on it.
type modelField struct {
	path, kind string
	indexed    bool
	required   bool
}

// A modelVersion is a schema.
type modelVersion struct {
	name   string
	schema string
	fields []modelField
}

func (v *modelVersion) indexes() []string {
	var paths []string
	for _, f := range v.fields {
		if f.indexed {
			paths = append(paths, f.path)
		}
	}
	sort.Strings(paths)
	return paths
}

func (v *modelVersion) kind(path string) string {
	for _, f := range v.fields {
		if f.path == path {
			return f.kind
		}
	}
	return "string" // _id
}

// A modelCollection is a plain map.
type modelCollection struct {
	name     string
	versions []modelVersion
	docs     map[string]*modelDoc
}

const eventV1 = `{"schema_id":"event","schema_version":"v1","fields":{"_id":{"type":"string","required":true},
	"kind":{"type":"string","required":true},"at":{"type":"int"},"note":{"type":"string"}},"indexes":["at","kind"]}`

const eventV2 = `{"schema_id":"event","schema_version":"v2","fields":{"_id":{"type":"string","required":true},
	"kind":{"type":"string","required":true},"at":{"type":"int"},"note":{"type":"string"},"Weight":{"type":"float"}},"indexes":["at","kind","Weight"]}`

// newModel returns two empty collections of two versions each.
func newModel() []*modelCollection {
	person := []modelField{{"name", "string", false, true}, {"age", "int", true, false}, {"score", "float", true, false}, {"member", "bool", true, false}, {"home.city", "string", true, false}}
	event := []modelField{{"kind", "string", true, true}, {"at", "int", true, false}, {"note", "string", false, false}}
	return []*modelCollection{
		{"person", []modelVersion{{"v1", personV1, person},
			{"v2", personV2, append(slices.Clone(person), modelField{"email", "string", true, false}, modelField{"home.zip", "string", false, false})}}, map[string]*modelDoc{}},
		{"event", []modelVersion{{"v1", eventV1, event},
			{"v2", eventV2, append(slices.Clone(event), modelField{"Weight", "float", true, false})}}, map[string]*modelDoc{}},
	}
}

// sorted returns the documents of a version by _id.
func (c *modelCollection) sorted(version int) []*modelDoc {
	var docs []*modelDoc
	for _, d := range c.docs {
		if d.version == version {
			docs = append(docs, d)
		}
	}
	sort.Slice(docs, func(i, j int) bool { return docs[i].id < docs[j].id })
	return docs
}

func (c *modelCollection) digest() digest.Sum {
	var sum digest.Sum
	var h digest.Hasher
	for _, d := range c.docs { // in any order: a sum has none
		sum = sum.Add(h.Document(c.name, c.versions[d.version].name, []byte(d.id), []byte(d.canonical())))
	}
	return sum
}

// modelFloats are floats and their canonical form.
var modelFloats = []modelValue{{f: 0, json: "0"}, {f: -1.5, json: "-1.5"}, {f: 2.25, json: "2.25"}, {f: 0.1, json: "0.1"}, {f: 1e21, json: "1e+21"},
	{f: -5e-324, json: "-5e-324"}, {f: 1.7976931348623157e308, json: "1.7976931348623157e+308"}, {f: -1e-7, json: "-1e-7"},
	{f: 1e20, json: "100000000000000000000"}, {f: 1 << 60, json: "1152921504606847000"}, {f: 1 << 53, json: "9007199254740992"}, {f: -3, json: "-3"}}

var modelInts = []int64{0, 1, -1, 2, 3, 5, 7, 9, 18, 65, -40, 255, 256, 1 << 53, 1<<53 + 1, -1 << 63, -1<<63 + 1, 1<<63 - 1, 1<<63 - 2}

var modelStrings = []string{"", "a", "b", "ab", "a\x00", "a\x00b", "\x00", "\x00\x01", "Zürich", "Oslo", "Rome", "日本", "\"q\\", "\U0010ffff",
	strings.Repeat("l", 900), strings.Repeat("l", 900) + "m"}

// randomValue returns a value of a kind; few distinct ones, so that many are equal.
func randomValue(rng *rand.Rand, kind string) modelValue {
	switch kind {
	case "int":
		return intValue(modelInts[rng.IntN(len(modelInts))])
	case "float":
		v := modelFloats[rng.IntN(len(modelFloats))]
		v.kind = "float"
		return v
	case "bool":
		return boolValue(rng.IntN(2) == 0)
	}
	if n := rng.IntN(64); n < len(modelStrings) {
		return stringValue(modelStrings[n])
	}
	return stringValue(fmt.Sprint("s", rng.IntN(12)))
}

func randomID(rng *rand.Rand) string {
	n := rng.IntN(220)
	switch n % 20 {
	case 0:
		return fmt.Sprintf("%d\x00", n/20)
	case 1:
		return fmt.Sprintf("%d", n/20) // a prefix of the one before
	}
	return fmt.Sprintf("id%03d", n)
}

func randomDoc(rng *rand.Rand, c *modelCollection, version int, id string) *modelDoc {
	d := &modelDoc{version: version, id: id, fields: map[string]modelValue{}}
	for _, f := range c.versions[version].fields {
		if f.required || rng.IntN(4) > 0 {
			d.fields[f.path] = randomValue(rng, f.kind)
		}
	}
	if rng.IntN(50) == 0 && c.name == "person" {
		d.fields["name"] = stringValue(strings.Repeat("large ", 800))
	}
	return d
}
