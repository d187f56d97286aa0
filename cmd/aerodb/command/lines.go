package command

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// lines reads lines of at most max bytes in bounded memory.
type lines struct {
	r   *bufio.Reader
	max int
	buf []byte
}

// newLines returns a reader of the lines of r.
func newLines(r io.Reader, max int) *lines {
	return &lines{r: bufio.NewReaderSize(r, 64<<10), max: max}
}

// next returns the next line without its end, valid until the next call. A line
// longer than max is skipped and reported by tooLong. At the end err is io.EOF.
func (l *lines) next() (line []byte, tooLong bool, err error) {
	l.buf = l.buf[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		if len(l.buf)+len(part) > l.max+len("\r\n") {
			tooLong = true
		} else if !tooLong {
			l.buf = append(l.buf, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (err != io.EOF || len(part)+len(l.buf) == 0 && !tooLong):
			return nil, false, err
		}
		line = bytes.TrimSuffix(bytes.TrimSuffix(l.buf, []byte("\n")), []byte("\r"))
		return line, tooLong || len(line) > l.max, nil
	}
}

// waits reports whether the next call of next may have to wait for input.
func (l *lines) waits() bool {
	ahead, _ := l.r.Peek(l.r.Buffered())
	return bytes.IndexByte(ahead, '\n') < 0
}
