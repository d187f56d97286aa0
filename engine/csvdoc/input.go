package csvdoc

import (
	"bufio"
	"errors"
	"io"

	"github.com/aerodb/aerodb/engine/dberr"
)

// An input is what encoding/csv reads from. It bounds the length of a row, and it
// saves what encoding/csv would lose: that drops the '\r' of a '\r\n' inside quotes,
// so such a one is doubled on the way.
type input struct {
	r      *bufio.Reader
	max    int
	row    int // bytes of the row so far
	line   int64
	first  int64 // line that the row begins in
	quoted bool
	cr     bool // the byte before was '\r'
	held   bool // a '\n' is to follow
	err    error
}

const inputBytes = 64 << 10

var errLongRow = errors.New("the row is too long")

func newInput(r io.Reader, max int) *input {
	return &input{r: bufio.NewReaderSize(r, inputBytes), max: max, line: 1, first: 1}
}

// Read is io.Reader.
func (in *input) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if in.held {
			p[n], in.held = '\n', false
			n++
			continue
		}
		if in.err != nil || n > 0 && in.r.Buffered() == 0 {
			break
		}
		c, err := in.r.ReadByte()
		if err != nil {
			in.err = err
			break
		}
		if in.row++; in.row > in.max {
			in.err = errLongRow
			break
		}
		p[n] = in.see(c)
		n++
	}
	if n > 0 {
		return n, nil
	}
	return 0, in.err
}

// see takes note of a byte and returns what to pass on in its place.
func (in *input) see(c byte) byte {
	cr := in.cr
	in.cr = c == '\r'
	switch {
	case c == '"':
		in.quoted = !in.quoted
	case c == '\n':
		in.line++
		if !in.quoted {
			in.row, in.first = 0, in.line
		} else if cr {
			in.held = true
			return '\r'
		}
	}
	return c
}

// failure returns the error that ended the input.
func (in *input) failure() error {
	line := in.first
	if errors.Is(in.err, errLongRow) {
		return dberr.New(dberr.DocumentTooLarge, lineText(line)+"the row is longer than %d bytes, the limit of a document", in.max).With("line", line).
			WithHint("a quote that is not closed makes all that follows one row")
	}
	return dberr.New(dberr.StorageIOError, lineText(line)+"the input cannot be read: %w", in.err).With("line", line)
}
