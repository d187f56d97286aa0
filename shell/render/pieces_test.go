package render

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aerodb/aerodb/engine/document"
)

// longTexts are longer than a piece, with something at its end that may not be cut.
func longTexts() []string {
	var texts []string
	for _, unit := range []string{"x", "é", "日本", "\U0001f600", "e\u0301", "\x1b[1mbold\x1b[0m ", "\x80\x80\x80\x80\x80", "a\"\\\n\x01"} {
		for shift := range 9 {
			texts = append(texts, strings.Repeat("-", shift)+strings.Repeat(unit, 3*pieceBytes/len(unit)))
		}
	}
	return texts
}

// TestPieces works on texts piece by piece and as a whole; each cut is a question.
func TestPieces(t *testing.T) {
	for _, text := range longTexts() {
		asked := 0
		s := &stopper{stop: func() bool { asked++; return false }}
		if got, want := s.columns(text), Columns(text); got != want {
			t.Errorf("%q...: %d columns, want %d", text[:20], got, want)
		}
		if least := len(text)/pieceBytes - 1; asked < least {
			t.Errorf("%q...: %d questions, want %d", text[:20], asked, least)
		}
		if got, want := s.valid(text), utf8.ValidString(text); got != want {
			t.Errorf("%q...: valid %v, want %v", text[:20], got, want)
		}
		if !utf8.ValidString(text) {
			continue
		}
		if got, want := string(appendQuoted(nil, text, s)), string(document.AppendQuoted(nil, text)); got != want {
			t.Errorf("%q...: the JSON differs", text[:20])
		}
		if got, want := s.rows(text, 80, 1<<30), rows(text, 80); got != want {
			t.Errorf("%q...: %d rows, want %d", text[:20], got, want)
		}
		if got := s.rows(text, 80, 3); got <= 3 {
			t.Errorf("%q...: %d rows", text[:20], got)
		}
	}
}

// TestExceeds says that nothing is measured of a text that is far too long.
func TestExceeds(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"", false}, {"a\nb\n", false}, {"a\nb\nc\n", true}, {strings.Repeat("x", 20), false}, {strings.Repeat("x", 21), true},
		{strings.Repeat("\u0301", 900), false}, {strings.Repeat("\u0301", 1<<20), true},
	} {
		if got := Exceeds(c.text, 10, 2); got != c.want {
			t.Errorf("%.30q of %d bytes: %v", c.text, len(c.text), got)
		}
	}
}

// TestWriteLong compares with the library.
func TestWriteLong(t *testing.T) {
	records := [][]string{
		{"a", "", "b"}, {"", ""}, {`\.`, "x"}, {" x", "y"}, {"x ", "y"}, {"\u00a0x", "y"}, {`a"b`, "c,d", "e\nf", "g\r"}, {"\x80", "\xff,"},
	}
	for _, text := range longTexts() {
		records = append(records, []string{text, "a,b", text + `"`})
	}
	for _, record := range records {
		var got, want strings.Builder
		writeLong(&got, record, nil)
		w := csv.NewWriter(&want)
		if err := w.Write(record); err != nil {
			t.Fatal(err)
		}
		if w.Flush(); got.String() != want.String() {
			t.Errorf("%.40q: %.60q, want %.60q", record, got.String(), want.String())
		}
	}
}
