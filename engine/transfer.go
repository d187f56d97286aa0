package engine

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aerodb/aerodb/engine/csvdoc"
	"github.com/aerodb/aerodb/engine/dberr"
)

// What Import writes as one record: so many documents or bytes, whichever comes
// first. One document may be larger.
const (
	importBatchDocuments = 1000
	importBatchBytes     = 1 << 20
	importSlackBytes     = 64 << 10 // white space a line may have over the limit of a document
)

// ImportOptions tune Import.
type ImportOptions struct {
	// CSV reads comma-separated values with a header line instead of JSON Lines; see
	// package csvdoc.
	CSV bool
	// Progress is called after each batch with what is acknowledged so far.
	Progress func(bytes, documents int64)
}

// ImportResult is what an import wrote, also when it failed half way.
type ImportResult struct {
	Documents int64 // acknowledged
	Bytes     int64 // of their lines; of CSV, of the header's too
	Batches   int64 // each one record: whole or absent
	Duration  time.Duration
}

// Import inserts JSON Lines, one document a line, in batches that are each all or
// nothing. Empty lines are passed over; a line may end in CRLF, the last one in
// nothing. An error names the line, and the result says how many documents before it
// were acknowledged: those stay.
func (c *Collection) Import(ctx context.Context, r io.Reader, o ImportOptions) (ImportResult, error) {
	start := c.db.opts.Now()
	im := &importer{c: c, progress: o.Progress}
	if rowMax := c.db.opts.DocumentSizeMax + importSlackBytes; o.CSV {
		im.source = csvdoc.NewReader(r, c.Schema(), rowMax)
	} else {
		im.source = newLineReader(r, rowMax)
	}
	im.room = c.db.importRoom()
	c.db.log.Debug("import.begin", "schema_id", c.ID(), "schema_version", c.Version())
	err := im.run(ctx)
	im.result.Duration = c.db.opts.Now().Sub(start)
	if err == nil {
		c.db.log.Debug("import.end", "schema_id", c.ID(), "schema_version", c.Version(), "documents", im.result.Documents, "duration_ms", im.result.Duration.Milliseconds())
	}
	return im.result, err
}

// importRoom bounds a batch, in bytes of its lines and what a record adds to each, so
// that it fits a small log: canonical form is at most about five times as long as its
// line, where 1e20 becomes 100000000000000000000.
func (db *DB) importRoom() int { return int(min(importBatchBytes, db.opts.WALMaxSize/8)) }

// A documentSource is what an import reads.
type documentSource interface {
	// Next returns the next document, valid until the next call; at the end the error
	// is io.EOF.
	Next() ([]byte, error)
	Line() int64  // that the last document begins in, from 1
	Bytes() int64 // of the input that it took
}

type importer struct {
	c        *Collection
	source   documentSource
	progress func(bytes, documents int64)
	room     int
	result   ImportResult

	docs    [][]byte
	numbers []int64 // line numbers of docs
	bytes   int     // of docs
	taken   int64   // of the input they came from
}

func (im *importer) run(ctx context.Context) error {
	for {
		if err := interrupted(ctx); err != nil {
			return err
		}
		doc, err := im.source.Next()
		if errors.Is(err, io.EOF) {
			return im.flush(ctx)
		}
		if err != nil {
			if ferr := im.flush(ctx); ferr != nil {
				return ferr
			}
			return err
		}
		if len(im.docs) > 0 && (len(im.docs) == importBatchDocuments || im.bytes+len(doc)+opOverheadBytes*(len(im.docs)+1) > im.room) {
			if err := im.flush(ctx); err != nil {
				return err
			}
		}
		im.docs = append(im.docs, bytes.Clone(doc))
		im.numbers = append(im.numbers, im.source.Line())
		im.bytes += len(doc)
		im.taken += im.source.Bytes()
	}
}

// flush writes the batch as one record.
func (im *importer) flush(ctx context.Context) error {
	if len(im.docs) == 0 {
		return nil
	}
	if err := im.c.InsertManyContext(ctx, im.docs); err != nil {
		return im.locate(err)
	}
	im.result.Documents += int64(len(im.docs))
	im.result.Bytes += im.taken
	im.result.Batches++
	im.docs, im.numbers, im.bytes, im.taken = im.docs[:0], im.numbers[:0], 0, 0
	if im.progress != nil {
		im.progress(im.result.Bytes, im.result.Documents)
	}
	return nil
}

// locate turns the index of a document in the batch into its line.
func (im *importer) locate(err error) error {
	e := dberr.From(err)
	if e.Code == dberr.ScriptInterrupted {
		return e // no line is to blame
	}
	for i, d := range e.Details {
		if index, ok := d.Value.(int64); ok && d.Key == "index" {
			line := im.numbers[index]
			e.Details[i] = dberr.Detail{Key: "line", Value: line}
			e.Message = fmt.Sprintf("line %d: %s", line, e.Message)
			return e
		}
	}
	if len(im.numbers) == 1 {
		e.Message = fmt.Sprintf("line %d: %s", im.numbers[0], e.Message)
		return e.With("line", im.numbers[0])
	}
	return e
}

// A lineReader reads lines of bounded length.
type lineReader struct {
	r      *bufio.Reader
	max    int
	number int64 // of the line that next returned, from 1
	bytes  int64
	buf    []byte
}

func newLineReader(r io.Reader, max int) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 256<<10), max: max}
}

// Line is the number of the last line.
func (l *lineReader) Line() int64 { return l.number }

// Bytes is the length of the last line, without its end and the white space around it.
func (l *lineReader) Bytes() int64 { return l.bytes }

// Next returns the next line that is not empty.
func (l *lineReader) Next() ([]byte, error) {
	for {
		line, err := l.next()
		if err != nil || len(line) > 0 {
			l.bytes = int64(len(line))
			return line, err
		}
	}
}

// next returns the next line without its end; it is valid until the next call. At
// the end the error is io.EOF.
func (l *lineReader) next() ([]byte, error) {
	l.number++
	l.buf = l.buf[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		if len(l.buf)+len(part) > l.max {
			return nil, dberr.New(dberr.DocumentTooLarge, "line %d: longer than %d bytes, the limit of a document", l.number, l.max).With("line", l.number)
		}
		if err == nil && len(l.buf) == 0 {
			return trimLine(part), nil
		}
		l.buf = append(l.buf, part...)
		switch {
		case err == nil:
			return trimLine(l.buf), nil
		case errors.Is(err, io.EOF):
			if len(l.buf) > 0 {
				return trimLine(l.buf), nil
			}
			return nil, io.EOF
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, dberr.New(dberr.StorageIOError, "line %d: the input cannot be read: %w", l.number, err).With("line", l.number)
		}
	}
}

func trimLine(line []byte) []byte { return bytes.Trim(line, " \t\r\n") }

// ExportOptions tune Export.
type ExportOptions struct {
	// Progress is called now and then with what is written so far.
	Progress func(documents int64)
}

// ExportResult is what an export wrote.
type ExportResult struct {
	Documents int64
	Bytes     int64
	Duration  time.Duration
}

const exportProgressEvery = 1000

// Export writes the documents of this version as JSON Lines in the order of _id,
// over a stable view. Same documents, same bytes.
func (c *Collection) Export(ctx context.Context, w io.Writer, o ExportOptions) (ExportResult, error) {
	start := c.db.opts.Now()
	var result ExportResult
	it, err := c.Each(EachOptions{})
	if err != nil {
		return result, err
	}
	defer it.Close()
	out := bufio.NewWriterSize(w, 256<<10)
	for it.Next() {
		n, werr := out.Write(it.Document())
		if werr == nil {
			werr = out.WriteByte('\n')
		}
		if werr != nil {
			return result, writeError(werr)
		}
		result.Documents++
		result.Bytes += int64(n) + 1
		if result.Documents%exportProgressEvery == 0 {
			if o.Progress != nil {
				o.Progress(result.Documents)
			}
			if err := interrupted(ctx); err != nil {
				return result, err
			}
		}
	}
	if err := it.Err(); err != nil {
		return result, err
	}
	if err := out.Flush(); err != nil {
		return result, writeError(err)
	}
	if o.Progress != nil {
		o.Progress(result.Documents)
	}
	result.Duration = c.db.opts.Now().Sub(start)
	return result, nil
}

func writeError(err error) error {
	return dberr.New(dberr.StorageIOError, "the output cannot be written: %w", err)
}
