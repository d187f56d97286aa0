package schema

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/engine/key"
)

// A model is the slow, obvious encoder: it parses a tree, checks it field by
// field, writes it again and looks the indexed fields up.
type model struct{ schema *Schema }

func (m model) encode(src []byte) (canonical []byte, id string, values [][]byte, ok bool) {
	tree, err := document.Parse(src, document.Options{})
	if err != nil {
		return nil, "", nil, false
	}
	tree, ok = m.check(&Field{Type: Object, Fields: m.schema.Fields}, tree)
	if !ok {
		return nil, "", nil, false
	}
	v, _ := tree.Get(IDField)
	if id = v.Str(); id == "" || len(id) > DocumentIDBytesMax {
		return nil, "", nil, false
	}
	for _, path := range m.schema.Indexes {
		value, ok := m.value(tree, m.schema.Fields, path)
		if !ok {
			return nil, "", nil, false
		}
		values = append(values, value)
	}
	return document.Append(nil, tree), id, values, true
}

// check returns v as the field wants it: integer literals of a float become floats.
func (m model) check(f *Field, v document.Value) (document.Value, bool) {
	switch {
	case f.Type == String && v.Kind() == document.String,
		f.Type == Bool && v.Kind() == document.Bool,
		f.Type == Int && v.Kind() == document.Int,
		f.Type == Float && v.Kind() == document.Float && v.Literal() == "":
		return v, true
	case f.Type == Float && v.Kind() == document.Int:
		return exactFloat(strconv.FormatInt(v.Int(), 10))
	case f.Type == Float && v.Kind() == document.Float:
		return exactFloat(v.Literal())
	case f.Type == Array && v.Kind() == document.Array:
		var items []document.Value
		for _, item := range v.Items() {
			item, ok := m.check(f.Items, item)
			if !ok {
				return v, false
			}
			items = append(items, item)
		}
		return document.ArrayValue(items...), true
	case f.Type == Object && v.Kind() == document.Object:
		return m.checkMembers(f, v)
	}
	return v, false
}

func (m model) checkMembers(f *Field, v document.Value) (document.Value, bool) {
	declared := map[string]*Field{}
	for i := range f.Fields {
		declared[f.Fields[i].Name] = &f.Fields[i]
		if _, ok := v.Get(f.Fields[i].Name); f.Fields[i].Required && !ok {
			return v, false
		}
	}
	var members []document.Member
	for _, member := range v.Members() {
		if declared[member.Name] == nil {
			return v, false
		}
		value, ok := m.check(declared[member.Name], member.Value)
		if !ok {
			return v, false
		}
		members = append(members, document.Member{Name: member.Name, Value: value})
	}
	return document.ObjectValue(members...), true
}

// exactFloat is the float that an integer literal means, if the literal is the
// float's exact value or its canonical form.
func exactFloat(literal string) (document.Value, bool) {
	f, err := strconv.ParseFloat(literal, 64)
	if err != nil {
		return document.Value{}, false
	}
	whole, _ := new(big.Int).SetString(literal, 10)
	exact, accuracy := big.NewFloat(f).Int(nil)
	ok := accuracy == big.Exact && exact.Cmp(whole) == 0
	return document.FloatValue(f), ok || string(document.AppendFloat(nil, f)) == literal
}

func (m model) value(v document.Value, fields []Field, path string) ([]byte, bool) {
	name, rest, more := bytes.Cut([]byte(path), []byte("."))
	member, ok := v.Get(string(name))
	if !ok {
		return key.AppendMissing(nil), true
	}
	if more {
		return m.value(member, fields, string(rest))
	}
	switch member.Kind() {
	case document.Int:
		return key.AppendInt(nil, member.Int()), true
	case document.Float:
		return key.AppendFloat(nil, member.Float()), true
	case document.Bool:
		return key.AppendBool(nil, member.Bool()), true
	}
	return key.AppendString(nil, []byte(member.Str())), len(member.Str()) <= IndexedStringBytesMax
}

// checkEncoded compares what enc made of src with the model, and e with what the
// other ways to the same values give.
func checkEncoded(t *testing.T, enc *Encoder, e *Encoded, src []byte) {
	t.Helper()
	canonical, id, values, ok := model{enc.schema}.encode(src)
	if !ok || !bytes.Equal(canonical, e.Document) || id != string(e.ID) {
		t.Fatalf("%q:\n got %s, _id %q\nwant %s, _id %q, %v", src, e.Document, e.ID, canonical, id, ok)
	}
	for i := range values {
		if !bytes.Equal(values[i], e.Values[i]) {
			t.Fatalf("%q: value %d is % x, want % x", src, i, e.Values[i], values[i])
		}
		if got, err := enc.AppendIndexValue(nil, canonical, i); err != nil || !bytes.Equal(got, values[i]) {
			t.Fatalf("%q: AppendIndexValue %d is % x, %v, want % x", src, i, got, err, values[i])
		}
	}
	var again Encoded
	if err := enc.Encode(&again, canonical); err != nil || !bytes.Equal(again.Document, canonical) {
		t.Fatalf("%q: %s is not a fixed point: %s, %v", src, canonical, again.Document, err)
	}
	if err := enc.IndexValues(&again, canonical); err != nil || string(again.ID) != id || len(again.Values) != len(values) {
		t.Fatalf("%q: IndexValues: %q, %v", src, again.ID, err)
	}
	for i := range values {
		if !bytes.Equal(again.Values[i], values[i]) {
			t.Fatalf("%q: IndexValues %d is % x, want % x", src, i, again.Values[i], values[i])
		}
	}
}

// agrees compares Check with Encode: it takes what Encode gives back byte for byte, and
// nothing else.
func agrees(t *testing.T, enc *Encoder, src []byte) (canonical bool) {
	t.Helper()
	var want, got Encoded
	canonical = enc.Encode(&want, src) == nil && bytes.Equal(want.Document, src)
	if enc.Check(&got, src) != canonical {
		t.Fatalf("%q: Check says %v", src, !canonical)
	}
	if canonical && (!bytes.Equal(got.Document, src) || !bytes.Equal(got.ID, want.ID) || !slices.EqualFunc(got.Values, want.Values, bytes.Equal)) {
		t.Fatalf("%q: Check found _id %q and values % x, Encode %q and % x", src, got.ID, got.Values, want.ID, want.Values)
	}
	return canonical
}

// Random schemas, random documents that fit, and the same with a byte changed.
func TestAgainstModel(t *testing.T) {
	const seed = 17
	rng := rand.New(rand.NewPCG(seed, seed))
	taken, refused, canonical, otherwise := 0, 0, 0, 0
	for range 200 {
		g := generator{rng}
		s, err := Parse(g.schema())
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		enc := NewEncoder(s, 0)
		var e Encoded
		for range 100 {
			doc := g.value(nil, &Field{Type: Object, Fields: s.Fields})
			if rng.IntN(2) == 0 {
				doc = g.damage(doc)
			}
			if err := enc.Encode(&e, doc); err == nil {
				taken++
				checkEncoded(t, enc, &e, doc)
				agrees(t, enc, doc)
				if !agrees(t, enc, e.Document) {
					t.Fatalf("seed %d: %q is not canonical", seed, e.Document)
				}
				for range 5 {
					if agrees(t, enc, g.damage(bytes.Clone(e.Document))) {
						canonical++
					} else {
						otherwise++
					}
				}
			} else {
				refused++
				if _, _, _, ok := (model{s}).encode(doc); ok {
					t.Fatalf("seed %d: %s\nthe model takes %q, the encoder says %v", seed, s.Canonical(), doc, err)
				}
			}
		}
	}
	if taken < 5000 || refused < 2000 || canonical < 1000 || otherwise < 1000 {
		t.Errorf("seed %d: %d taken, %d refused; damaged and still canonical %d, otherwise %d: too few of one kind to prove much", seed, taken, refused, canonical, otherwise)
	}
}

// FuzzEncode: the encoder and the model take the same documents and make the
// same of them.
func FuzzEncode(f *testing.F) {
	for _, seed := range []string{
		`{"_id":"1","\"":"q","A":1,"b":true,"f":1.5,"i":-7,"l":[1,2e9,0.1],"ll":[[1],[]],"lo":[{"w":true,"x":1,"y":"z"}],"o":{"f":0,"p":{"i":1},"s":"t"},"s":"\u0000"}`,
		`{ "s" : "\ud83d\ude00" , "_id" : "x" }`, `{"_id":"1","f":9223372036854776000}`, `{"_id":"1","f":1e400}`, `{"_id":"1","i":1.0}`, `{"_id":"1","o":{"s":"x","f":1}}`,
	} {
		f.Add([]byte(seed))
	}
	enc := mustEncoder(f, fixtureSchema)
	f.Fuzz(func(t *testing.T, data []byte) {
		var e Encoded
		if err := enc.Encode(&e, data); err != nil {
			if _, _, _, ok := (model{enc.schema}).encode(data); ok {
				t.Fatalf("the model takes %q, the encoder says %v", data, err)
			}
			enc.IndexValues(&e, data) // no panic
			agrees(t, enc, data)
			return
		}
		checkEncoded(t, enc, &e, data)
		agrees(t, enc, data)
	})
}
