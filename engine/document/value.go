package document

import "math"

// Kind is the kind of a Value.
type Kind uint8

// The kinds. The zero Value is Null.
const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	Array
	Object
)

var kindNames = [...]string{"null", "bool", "int", "float", "string", "array", "object"}

// String returns the kind's name as schemas spell it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// A Value is one JSON value. Values do not change once made and may be shared;
// callers leave the slices that Items and Members return as they are.
type Value struct {
	kind    Kind
	bits    uint64 // Bool 0 or 1; Int; Float as IEEE 754
	text    string // String; the literal of an integer beyond int64
	items   []Value
	members []Member
	start   int
	end     int
}

// A Member is one member of an object.
type Member struct {
	Name  string
	Value Value
}

// BoolValue returns a Bool.
func BoolValue(b bool) Value {
	if b {
		return Value{kind: Bool, bits: 1}
	}
	return Value{kind: Bool}
}

// IntValue returns an Int.
func IntValue(n int64) Value { return Value{kind: Int, bits: uint64(n)} }

// FloatValue returns a Float. NaN and the infinities have no JSON: what Append
// writes for them, the strict reader refuses.
func FloatValue(f float64) Value { return Value{kind: Float, bits: math.Float64bits(f + 0)} }

// StringValue returns a String; s is valid UTF-8.
func StringValue(s string) Value { return Value{kind: String, text: s} }

// ArrayValue returns an Array of items, which the caller gives away.
func ArrayValue(items ...Value) Value { return Value{kind: Array, items: items} }

// ObjectValue returns an Object of members, which the caller gives away. Names
// are valid UTF-8 and distinct.
func ObjectValue(members ...Member) Value { return Value{kind: Object, members: members} }

// Kind returns v's kind.
func (v Value) Kind() Kind { return v.kind }

// Offset returns the offset in the input of v's first byte; 0 if v was not parsed.
func (v Value) Offset() int64 { return int64(v.start) }

// End returns the offset in the input after v's last byte, so that
// input[v.Offset():v.End()] is v as it was written; 0 if v was not parsed.
func (v Value) End() int64 { return int64(v.end) }

// Bool returns the value of a Bool, false for other kinds.
func (v Value) Bool() bool { return v.kind == Bool && v.bits == 1 }

// Int returns the value of an Int, 0 for other kinds.
func (v Value) Int() int64 {
	if v.kind != Int {
		return 0
	}
	return int64(v.bits)
}

// Float returns the value of a Float, or an Int converted; 0 for other kinds.
func (v Value) Float() float64 {
	switch v.kind {
	case Float:
		return math.Float64frombits(v.bits)
	case Int:
		return float64(int64(v.bits))
	}
	return 0
}

// Literal returns the text of an integer literal too large for int64, whose kind
// is therefore Float; "" for every other value.
func (v Value) Literal() string {
	if v.kind != Float {
		return ""
	}
	return v.text
}

// Str returns the text of a String, "" for other kinds.
func (v Value) Str() string {
	if v.kind != String {
		return ""
	}
	return v.text
}

// Items returns the items of an Array, nil for other kinds.
func (v Value) Items() []Value { return v.items }

// Members returns the members of an Object in the order of the input, nil for
// other kinds.
func (v Value) Members() []Member { return v.members }

// Get returns the member name of an Object.
func (v Value) Get(name string) (Value, bool) {
	for i := range v.members {
		if v.members[i].Name == name {
			return v.members[i].Value, true
		}
	}
	return Value{}, false
}
