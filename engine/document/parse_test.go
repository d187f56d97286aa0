package document

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestCanonicalForm(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{" { \"b\" : 1 ,\r\n\t\"a\" : [ ] , \"\" : { } } ", `{"":{},"a":[],"b":1}`},
		{`{"a":1,"B":2,"_":3,"ä":4,"aa":5}`, `{"B":2,"_":3,"a":1,"aa":5,"ä":4}`},
		{`[null,true,false,[1,[2]]]`, `[null,true,false,[1,[2]]]`},
		{`"\u0041\/\"\\\b\f\n\r\t\u0000\u001F\u007f"`, "\"A/\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\""},
		{`"<>&\u2028\ud83d\uDE00"`, "\"<>&\u2028😀\""},
		{`"0123456\n89abcdef01234\u00e4"`, `"0123456\n89abcdef01234ä"`},
		{`"naïve, 東京, 😀 and ASCII again"`, `"naïve, 東京, 😀 and ASCII again"`},
		{`{"\u0061":1}`, `{"a":1}`},
		{`-0`, `0`}, {`-0.0`, `0`}, {`0e5`, `0`}, {`-0E-400`, `0`},
		{`9223372036854775807`, `9223372036854775807`}, {`-9223372036854775808`, `-9223372036854775808`},
		{`9223372036854775808`, `9223372036854776000`}, {`-9223372036854775809`, `-9223372036854776000`},
		{`174.0`, `174`}, {`1.50`, `1.5`}, {`0.1`, `0.1`}, {`-2.5`, `-2.5`}, {`3e1`, `30`}, {`1E+2`, `100`},
		{`0.000001`, `0.000001`}, {`0.0000001`, `1e-7`}, {`1e-7`, `1e-7`}, {`12.5e-8`, `1.25e-7`}, {`1e-10`, `1e-10`},
		{`1e20`, `100000000000000000000`}, {`1e21`, `1e+21`}, {`1e100`, `1e+100`}, {`-1.25e22`, `-1.25e+22`},
		{`0.12345678901234567890`, `0.12345678901234568`}, {`123456789012345.5`, `123456789012345.5`},
		{`0.1000000000000000055511151231257827`, `0.1`}, {`0.123456789012345`, `0.123456789012345`},
		{`5e-324`, `5e-324`}, {`1.7976931348623157e308`, `1.7976931348623157e+308`}, {`9007199254740993.0`, `9007199254740992`},
	} {
		v, err := Parse([]byte(c.in), Options{})
		if err != nil {
			t.Errorf("Parse(%s): %v", c.in, err)
			continue
		}
		got := Append(nil, v)
		if string(got) != c.want {
			t.Errorf("%s is written %s, want %s", c.in, got, c.want)
		}
		again, err := Parse(got, Options{})
		if err != nil || !bytes.Equal(Append(nil, again), got) {
			t.Errorf("%s is not a fixed point: %s, %v", got, Append(nil, again), err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		in     string
		offset int64
		path   string
		reason string
	}{
		{``, 0, "", "a value should begin here, not the end of the input"},
		{`  `, 2, "", "a value should begin here, not the end of the input"},
		{"\xef\xbb\xbf{}", 0, "", "a byte order mark stands before the value"},
		{`{} {}`, 3, "", "'{' follows the value"},
		{`1 x`, 2, "", "'x' follows the value"},
		{`{"a":1,"a":2}`, 7, "a", "the member comes twice"},
		{`{"a":1,"\u0061":2}`, 7, "a", "the member comes twice"},
		{`{"o":{"x":[{"b":1,"b":1}]}}`, 18, "o.x[0].b", "the member comes twice"},
		{`[1,[2,nul]]`, 6, "[1][1]", "a value should begin here, not 'n'"},
		{`{"location":{"lat":NaN}}`, 19, "location.lat", "NaN is not a JSON number"},
		{`{"tags":[1,2,3,Infinity]}`, 15, "tags[3]", "Infinity is not a JSON number"},
		{`-Infinity`, 0, "", "-Infinity is not a JSON number"},
		{`1e400`, 0, "", "the number is outside the range of a 64-bit float"},
		{`[-1e400]`, 1, "[0]", "the number is outside the range of a 64-bit float"},
		{`1e-400`, 0, "", "the number is outside the range of a 64-bit float"},
		{`0.0000000000000001e-310`, 0, "", "the number is outside the range of a 64-bit float"},
		{`01`, 0, "", "a number may not begin with 0"},
		{`-01`, 1, "", "a number may not begin with 0"},
		{`-`, 1, "", "a number wants a digit here, not the end of the input"},
		{`-a`, 1, "", "a number wants a digit here, not 'a'"},
		{`1.`, 2, "", "a number wants a digit after its point, not the end of the input"},
		{`1.e5`, 2, "", "a number wants a digit after its point, not 'e'"},
		{`1e+`, 3, "", "a number wants a digit in its exponent, not the end of the input"},
		{`+1`, 0, "", "a value should begin here, not '+'"},
		{`.5`, 0, "", "a value should begin here, not '.'"},
		{"\"a\nb\"", 2, "", "a string may hold byte 0x0a only escaped"},
		{"\"\x00\"", 1, "", "a string may hold byte 0x00 only escaped"},
		{"\"abcdefgh\xff\"", 9, "", "byte 0xff is not valid UTF-8"},
		{"\"\xc0\xaf\"", 1, "", "byte 0xc0 is not valid UTF-8"},
		{"\"\xed\xa0\x80\"", 1, "", "byte 0xed is not valid UTF-8"},
		{"\"\xe2\x82", 1, "", "byte 0xe2 is not valid UTF-8"},
		{`"abc`, 4, "", "the string has no closing quote"},
		{`"abc\`, 5, "", "the string has no closing quote"},
		{`"\x"`, 1, "", "a backslash may not stand before 'x'"},
		{`"\u12g4"`, 1, "", `\u wants four hexadecimal digits`},
		{`"\u12`, 1, "", `\u wants four hexadecimal digits`},
		{`"\ud800"`, 1, "", `\ud800 is half of a surrogate pair`},
		{`"\ude00\ud83d"`, 1, "", `\ude00 is half of a surrogate pair`},
		{`"\ud83d\u0041"`, 1, "", `\ud83d is half of a surrogate pair`},
		{`{"a"}`, 4, "a", "':' should follow the member name, not '}'"},
		{`{"a":}`, 5, "a", "a value should begin here, not '}'"},
		{`{"a":1,}`, 7, "", "a member name in quotes should begin here, not '}'"},
		{`{a:1}`, 1, "", "a member name in quotes should begin here, not 'a'"},
		{`{"a":1 "b":2}`, 7, "", "',' or '}' should follow here, not '\"'"},
		{`[1,]`, 3, "[1]", "a value should begin here, not ']'"},
		{`[1 2]`, 3, "", "',' or ']' should follow here, not '2'"},
		{`[1`, 2, "", "',' or ']' should follow here, not the end of the input"},
		{`{`, 1, "", "a member name in quotes should begin here, not the end of the input"},
		{`{"a.b":{"":x}}`, 11, `["a.b"][""]`, "a value should begin here, not 'x'"},
		{"[\x01]", 1, "[0]", `a value should begin here, not '\x01'`},
		{"[\xff]", 1, "[0]", "a value should begin here, not byte 0xff"},
	} {
		_, err := Parse([]byte(c.in), Options{})
		var s *SyntaxError
		if !errors.As(err, &s) {
			t.Errorf("Parse(%q): %v, want a *SyntaxError", c.in, err)
			continue
		}
		if want := (SyntaxError{c.offset, c.path, c.reason}); *s != want {
			t.Errorf("Parse(%q):\n got %+v\nwant %+v", c.in, *s, want)
		}
	}
}

func TestLimits(t *testing.T) {
	nested := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	if _, err := Parse(nested(DepthMax), Options{}); err != nil {
		t.Errorf("depth %d: %v", DepthMax, err)
	}
	for _, n := range []int{DepthMax + 1, 10_000, 1_000_000} {
		_, err := Parse(nested(n), Options{})
		var s *SyntaxError
		if !errors.As(err, &s) || s.Offset != DepthMax || !strings.Contains(s.Reason, "deeper than 64") {
			t.Errorf("depth %d: %v", n, err)
		}
	}
	objects := strings.Repeat(`{"a":`, DepthMax) + "1" + strings.Repeat("}", DepthMax)
	if _, err := Parse([]byte(objects), Options{}); err != nil {
		t.Errorf("objects %d deep: %v", DepthMax, err)
	}
	if _, err := Parse([]byte(`"12345678"`), Options{MaxBytes: 10}); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	_, err := Parse([]byte(`"123456789"`), Options{MaxBytes: 10})
	if err == nil || err.Error() != "at byte 10: 11 bytes are more than the limit of 10" {
		t.Errorf("beyond the limit: %v", err)
	}
}

// An error of Look ends Parse, which returns it as it is, wherever the value lies; without
// one, Look changes nothing.
func TestParseLooks(t *testing.T) {
	flat := "[" + strings.Repeat("1,", 10*valuesPerLook) + "1]"
	nested := "[" + strings.Repeat(`{"a":[true,{"b":"c"}]},`, 2*valuesPerLook) + "1]"
	over := errors.New("over")
	for text, looks := range map[string]int{flat: 10, nested: 10, "[1]": 0} {
		for n := range looks + 1 {
			left := n
			v, err := Parse([]byte(text), Options{Look: func() error {
				if left--; left < 0 {
					return over
				}
				return nil
			}})
			switch {
			case n < looks && err != over:
				t.Errorf("%.20s, ended at look %d: %v", text, n, err)
			case n == looks && (err != nil || string(Append(nil, v)) != text || left != 0):
				t.Errorf("%.20s: %v with %d looks of %d left", text, err, left, looks)
			}
		}
	}
}

func TestManyMembers(t *testing.T) {
	for _, n := range []int{membersLinearMax - 1, membersLinearMax, membersLinearMax + 1, 1000} {
		var b bytes.Buffer
		b.WriteByte('{')
		for i := range n {
			fmt.Fprintf(&b, `"m%d":%d,`, n-i, i)
		}
		whole := append(bytes.Clone(b.Bytes()[:b.Len()-1]), '}')
		v, err := Parse(whole, Options{})
		if err != nil || len(v.Members()) != n {
			t.Fatalf("%d members: %d, %v", n, len(v.Members()), err)
		}
		if m, ok := v.Get("m1"); !ok || m.Int() != int64(n-1) {
			t.Errorf("%d members: m1 is %d, %v", n, m.Int(), ok)
		}
		for _, twice := range []int{1, n/2 + 1, n} {
			_, err := Parse(fmt.Appendf(nil, `%s"m%d":0}`, b.Bytes(), twice), Options{})
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("in m%d: the member comes twice", twice)) {
				t.Errorf("%d members and m%d again: %v", n, twice, err)
			}
		}
	}
}

func TestValues(t *testing.T) {
	in := []byte(` {"s":"x","i":-5,"f":2.5,"big":18446744073709551616,"b":true,"n":null,"a":[1, 2]} `)
	v, err := Parse(in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	get := func(name string) Value {
		m, ok := v.Get(name)
		if !ok {
			t.Fatalf("no member %s", name)
		}
		return m
	}
	for name, want := range map[string]Kind{"s": String, "i": Int, "f": Float, "big": Float, "b": Bool, "n": Null, "a": Array} {
		if got := get(name).Kind(); got != want {
			t.Errorf("%s is a %v, want %v", name, got, want)
		}
	}
	if s := get("s").Str(); s != "x" {
		t.Errorf("s is %q", s)
	}
	if i := get("i"); i.Int() != -5 || i.Float() != -5 || i.Literal() != "" || i.Str() != "" {
		t.Errorf("i is %d, %g, %q, %q", i.Int(), i.Float(), i.Literal(), i.Str())
	}
	if f := get("f"); f.Float() != 2.5 || f.Int() != 0 || f.Literal() != "" {
		t.Errorf("f is %g, %d, %q", f.Float(), f.Int(), f.Literal())
	}
	if big := get("big"); big.Literal() != "18446744073709551616" || big.Float() != 1<<64 {
		t.Errorf("big is %q, %g", big.Literal(), big.Float())
	}
	if !get("b").Bool() || get("i").Bool() {
		t.Error("Bool is wrong")
	}
	a := get("a")
	if raw := in[a.Offset():a.End()]; len(a.Items()) != 2 || string(raw) != "[1, 2]" {
		t.Errorf("a is %v at %s", a.Items(), raw)
	}
	if _, ok := v.Get("x"); ok {
		t.Error("there is no x")
	}
	if _, ok := a.Get("x"); ok {
		t.Error("an array has no members")
	}
}

func TestConstructors(t *testing.T) {
	members := []Member{{"z", IntValue(math.MinInt64)}, {"a", ArrayValue(StringValue("<"), BoolValue(true), BoolValue(false), Value{}, FloatValue(math.Copysign(0, -1)))}}
	v := ObjectValue(members...)
	if got, want := string(Append(nil, v)), `{"a":["<",true,false,null,0],"z":-9223372036854775808}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if v.Members()[0].Name != "z" {
		t.Error("Append changed the order of the value's members")
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if _, err := Parse(Append(nil, ArrayValue(FloatValue(f))), Options{}); err == nil || !strings.Contains(err.Error(), "is not a JSON number") {
			t.Errorf("%g: %v", f, err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	doc := []byte(`{"_id":"u0000001234","email":"ada.1234@example.org","name":"Ada Lovelace","age":42,"city":"city-017","created_at":"2026-02-04T11:30:00Z","score":73.25,"tags":["alpha","beta","gamma"]}`)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(doc, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
