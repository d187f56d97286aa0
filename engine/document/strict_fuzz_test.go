package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzStrict: Parse takes a text exactly if encoding/json does and the rules hold that
// encoding/json does not know: valid UTF-8, whole surrogate pairs, names once, numbers
// in range, nesting within bounds.
func FuzzStrict(f *testing.F) {
	f.Add([]byte(`{"a":[1,-0,1e-7,"\ud83d\ude00"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := Parse(data, Options{})
		if want := slowly(data); (err == nil) != (want == "") {
			t.Fatalf("%q: %v, want %q", data, err, want)
		}
	})
}

// slowly says what is wrong with a text; "" if nothing is.
func slowly(data []byte) string {
	switch {
	case !json.Valid(data):
		return "not JSON"
	case !utf8.Valid(data):
		return "not UTF-8"
	case loneSurrogate(data):
		return "a lone surrogate"
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return slowValue(d, 0)
}

var escape = regexp.MustCompile(`\\(u[0-9a-fA-F]{4}|.)`)

// loneSurrogate looks at the escapes of a valid JSON text, one by one.
func loneSurrogate(data []byte) bool {
	high, at := false, 0
	for _, place := range escape.FindAllIndex(data, -1) {
		text := data[place[0]:place[1]]
		code := int64(0)
		if text[1] == 'u' {
			code, _ = strconv.ParseInt(string(text[2:]), 16, 32)
		}
		low := code >= 0xdc00 && code < 0xe000
		if high && (!low || place[0] != at) || low && !high {
			return true
		}
		high, at = code >= 0xd800 && code < 0xdc00, place[1]
	}
	return high
}

func slowValue(d *json.Decoder, depth int) string {
	token, err := d.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return "nothing"
		}
		return err.Error()
	}
	switch token := token.(type) {
	case json.Number:
		return slowNumber(string(token))
	case json.Delim:
		if depth == DepthMax {
			return "too deep"
		}
		seen := map[string]bool{}
		for d.More() {
			if token == '{' {
				name, _ := d.Token()
				if seen[name.(string)] {
					return "a name twice"
				}
				seen[name.(string)] = true
			}
			if wrong := slowValue(d, depth+1); wrong != "" {
				return wrong
			}
		}
		_, _ = d.Token()
	}
	return ""
}

// slowNumber refuses what a float64 holds only as infinite or as zero.
func slowNumber(text string) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f == 0 && strings.ContainsAny(mantissa(text), "123456789") {
		return "out of range"
	}
	return ""
}

func mantissa(text string) string {
	m, _, _ := strings.Cut(strings.ToLower(text), "e")
	return m
}

var numberText = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`)

// slowLiteral returns the number literal that a text begins with, "" if it begins with
// none or with one that is cut short.
func slowLiteral(text string) string {
	literal := numberText.FindString(text)
	next := strings.ToLower(text[len(literal):] + " ")[0]
	switch {
	case (literal == "0" || literal == "-0") && next >= '0' && next <= '9',
		next == '.' && !strings.ContainsAny(literal, ".eE"),
		next == 'e' && !strings.ContainsAny(literal, "eE"):
		return ""
	}
	return literal
}

// FuzzNumber: a number literal is what the grammar says, and its values are those of
// strconv and math/big.
func FuzzNumber(f *testing.F) {
	f.Add("9223372036854775807")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1000 {
			return
		}
		n, err := ScanNumber([]byte(text), 0)
		if want := slowLiteral(text); (err == nil) != (want != "") || err == nil && string(n.Literal) != want {
			t.Fatalf("%q: took %q, %v, want %q", text, n.Literal, err, want)
		}
		if err != nil {
			return
		}
		checkInt(t, &n)
		checkFloat(t, &n)
	})
}

func checkInt(t *testing.T, n *Number) {
	t.Helper()
	literal := string(n.Literal)
	integer := !strings.ContainsAny(literal, ".eE")
	v, ok := n.Int()
	exact, _ := new(big.Int).SetString(literal, 10)
	if n.Integer != integer || ok != (integer && exact.IsInt64()) || ok && v != exact.Int64() {
		t.Fatalf("%q: int %d, %v", literal, v, ok)
	}
	if ok {
		if got := string(n.AppendInt(nil)); got != strconv.FormatInt(v, 10) {
			t.Fatalf("%q: written %s", literal, got)
		}
	}
}

func checkFloat(t *testing.T, n *Number) {
	t.Helper()
	literal := string(n.Literal)
	want, err := strconv.ParseFloat(literal, 64)
	f, ok := n.Float()
	if ok != (slowNumber(literal) == "") || ok && (f != want || err != nil || 1/f < 0 && f == 0) {
		t.Fatalf("%q: float %v, %v, want %v, %v", literal, f, ok, want, err)
	}
	if !ok {
		return
	}
	text := n.AppendFloat(nil, f)
	back, err := strconv.ParseFloat(string(text), 64)
	if err != nil || back != f || !bytes.Equal(text, AppendFloat(nil, f)) || !json.Valid(text) {
		t.Fatalf("%q: %v is written %s, by its value %s", literal, f, text, AppendFloat(nil, f))
	}
	if !n.Integer {
		return
	}
	// A float keeps an integer if it is exactly that or is written with its digits.
	exact, _ := new(big.Float).SetPrec(4000).SetString(literal)
	kept := exact.Cmp(new(big.Float).SetFloat64(f)) == 0 || string(text) == literal
	if n.RoundTrips() != kept {
		t.Fatalf("%q: round trips is %v, as float %s", literal, n.RoundTrips(), text)
	}
}
