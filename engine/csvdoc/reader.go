// Package csvdoc reads the rows of a CSV file as JSON documents of a schema.
//
//	_id,name,age,home.city,tags
//	1,Ada,36,London,"[""a"",""b""]"
//	2,Bob,,,
//
// The first row names the columns: a field each, one inside an object by its dotted
// path. The schema says what a cell must be: a string is the cell as it stands, an
// int, a float and a bool are written as in JSON, an array is JSON. An empty cell
// leaves its field out, also where the field is a string: CSV cannot tell an empty
// one from none. Nothing is trimmed, guessed or rounded.
//
// Rows are read one after the other in bounded memory; an error names the line that
// the row begins in, and the column.
package csvdoc

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/schema"
)

// A Reader turns rows into documents.
type Reader struct {
	schema *schema.Schema
	in     *input
	rows   *csv.Reader
	root   *object // nil before the header was read
	names  []string
	record []string
	doc    []byte
	line   int64
	ended  int64 // bytes of the input up to and with the row
	bytes  int64
}

// NewReader returns a reader of the documents in r. No row may be longer than
// rowBytesMax.
func NewReader(r io.Reader, s *schema.Schema, rowBytesMax int) *Reader {
	in := newInput(r, rowBytesMax)
	rows := csv.NewReader(in)
	rows.ReuseRecord = true
	rows.FieldsPerRecord = -1 // this package has the better message
	return &Reader{schema: s, in: in, rows: rows}
}

// Line returns the line that the last row begins in, from 1.
func (r *Reader) Line() int64 { return r.line }

// Bytes returns how many bytes of the input the last row took, the header's among
// those of the first, a line end of two bytes inside quotes counted as three.
func (r *Reader) Bytes() int64 { return r.bytes }

// Next returns the document of the next row, as JSON that is still to be validated;
// it is valid until the next call. At the end the error is io.EOF.
func (r *Reader) Next() ([]byte, error) {
	before := r.ended
	if r.root == nil {
		if err := r.header(); err != nil {
			return nil, err
		}
	}
	if err := r.row(); err != nil {
		return nil, err
	}
	r.bytes = r.ended - before
	if n := len(r.record); n != len(r.names) {
		return nil, r.refuse("", "the row has %d values, the header names %d columns", n, len(r.names))
	}
	doc, _, err := r.root.append(r, r.doc[:0])
	r.doc = doc
	return doc, err
}

// row reads the next row that is not empty.
func (r *Reader) row() error {
	record, err := r.rows.Read()
	r.ended = r.rows.InputOffset()
	var syntax *csv.ParseError
	switch {
	case r.in.err != nil && !errors.Is(r.in.err, io.EOF) && err != nil:
		return r.in.failure()
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.As(err, &syntax):
		r.line = int64(syntax.StartLine)
		e := r.refuse("", "%s, at line %d, byte %d of it", syntax.Err, syntax.Line, syntax.Column)
		return e.WithHint("a value with a comma, a quote or a line end stands in quotes; a quote in it is doubled")
	case err != nil:
		return r.in.failure()
	}
	line, _ := r.rows.FieldPos(0)
	r.line, r.record = int64(line), record
	return nil
}

// header reads the names of the columns.
func (r *Reader) header() error {
	err := r.row()
	if errors.Is(err, io.EOF) {
		r.line = 1
		return r.refuse("", "the header is missing: the first line names the columns")
	}
	if err != nil {
		return err
	}
	r.names = slices.Clone(r.record)
	root := &object{}
	for i, name := range r.names {
		if err := r.column(root, i, name); err != nil {
			return err
		}
	}
	if err := r.complete(); err != nil {
		return err
	}
	r.root = root
	return nil
}

// complete refuses a header without a column that every document needs: better at
// once than at the first row.
func (r *Reader) complete() error {
	for _, f := range r.schema.Fields {
		if f.Required && f.Type != schema.Object && !slices.Contains(r.names, f.Name) {
			return r.refuse(f.Name, "the column is missing; %s %s requires the field", r.schema.ID, r.schema.Version)
		}
	}
	return nil
}

// refuse returns the error of the row, in a column if one is named.
func (r *Reader) refuse(column, format string, args ...any) *dberr.Error {
	e := dberr.New(dberr.SchemaValidationFailed, format, args...)
	if column != "" {
		shown := column
		if !utf8.ValidString(shown) || len(shown) > columnBytesShown {
			shown = shorten(shown)
		}
		e.Message = "column " + quoted(shown) + ": " + e.Message
		e = e.With("column", shown)
	}
	e.Message = lineText(r.line) + e.Message
	return e.With("line", r.line)
}
