package lineedit

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/rivo/uniseg"
)

// An emulator is a terminal: what is written to it appears on a screen of rows and
// columns. It knows the control sequences that a screen writes and fails at others.
type emulator struct {
	mu            sync.Mutex
	columns, rows int
	lines         [][]string // cells; "" follows a wide one
	x, y          int
	wrap          bool   // the last column was written: the next character goes on the next row
	modes         string // that were set, in order
	rest          string // of a sequence that has not come whole
	bells         int
	written       int  // bytes
	apart         bool // clusters that terminals differ on are drawn part by part
}

func newEmulator(columns, rows int) *emulator {
	e := &emulator{columns: columns, rows: rows}
	e.lines = make([][]string, rows)
	for i := range e.lines {
		e.lines[i] = make([]string, columns)
	}
	return e
}

func (e *emulator) size() (int, int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.columns, e.rows
}

// Write is io.Writer.
func (e *emulator) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.written += len(p)
	text := e.rest + string(p)
	for text != "" {
		if n := styleBytes(text); n > 0 {
			e.sequence(text[2:n])
			text = text[n:]
			continue
		}
		cluster, rest, width, _ := uniseg.FirstGraphemeClusterInString(text, -1)
		if cluster[0] < ' ' {
			cluster, rest = text[:1], text[1:]
		}
		text = rest
		switch cluster {
		case "\r":
			e.x, e.wrap = 0, false
		case "\n":
			e.down()
		case "\a":
			e.bells++
		default:
			if e.apart && unsure(cluster) {
				e.putApart(cluster)
				continue
			}
			e.put(cluster, width)
		}
	}
	return len(p), nil
}

func (e *emulator) down() {
	e.wrap = false
	if e.y++; e.y == e.rows {
		e.y--
		e.lines = append(e.lines[1:], make([]string, e.columns))
	}
}

func (e *emulator) put(cluster string, width int) {
	if e.wrap || e.x+width > e.columns {
		e.x = 0
		e.down()
	}
	line := e.lines[e.y]
	if line[e.x] == "" && e.x > 0 && uniseg.StringWidth(line[e.x-1]) == 2 {
		line[e.x-1] = " " // half of a wide one was overwritten
	}
	line[e.x] = cluster
	if width == 2 {
		line[e.x+1] = ""
	}
	if after := e.x + width; after < e.columns && line[after] == "" {
		line[after] = " "
	}
	if e.x += width; e.x >= e.columns {
		e.x, e.wrap = e.columns-1, true
	}
}

func (e *emulator) putApart(cluster string) {
	for _, r := range cluster {
		if width := uniseg.StringWidth(string(r)); width > 0 {
			e.put(string(r), width)
		}
	}
}

func (e *emulator) sequence(s string) {
	final, n := s[len(s)-1], 1
	if v, err := strconv.Atoi(s[:len(s)-1]); err == nil {
		n = v
	}
	wrap := e.wrap
	e.wrap = false
	switch {
	case s[0] == '?':
		e.modes += s + " "
		e.wrap = wrap
	case final == 'm':
		e.wrap = wrap
	case final == 'A':
		e.y = max(0, e.y-n)
	case final == 'C':
		e.x = min(e.columns-1, e.x+n)
	case final == 'G':
		e.x = min(e.columns, n) - 1
	case final == 'H':
		e.x, e.y = 0, 0
	case final == 'K':
		clear(e.lines[e.y][e.x:])
	case s == "2J":
		for i := range e.lines {
			clear(e.lines[i])
		}
	case final == 'J':
		clear(e.lines[e.y][e.x:])
		for i := e.y + 1; i < e.rows; i++ {
			clear(e.lines[i])
		}
	default:
		panic(fmt.Sprintf("the emulator does not know ESC [ %s", s))
	}
}

// resize changes the width: rows that no longer fit are broken, as terminals do.
func (e *emulator) resize(columns int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var lines [][]string
	y, x := 0, 0
	for i, line := range e.lines {
		used := len(line)
		for used > 0 && line[used-1] == "" && (used < 2 || uniseg.StringWidth(line[used-2]) < 2) {
			used--
		}
		from := 0
		for {
			to := min(used, from+columns)
			if to < used && line[to] == "" {
				to-- // not within a wide one
			}
			if i == e.y && e.x >= from && (e.x < to || to == used) {
				y, x = len(lines), min(e.x-from, columns-1)
			}
			part := make([]string, columns)
			copy(part, line[from:to])
			lines = append(lines, part)
			if from = to; from >= used {
				break
			}
		}
	}
	for len(lines) > e.rows && y < len(lines)-1 {
		lines = lines[:len(lines)-1] // below the cursor there is nothing
	}
	top := max(0, len(lines)-e.rows)
	e.lines, e.y, e.x, e.wrap, e.columns = lines[top:], y-top, x, false, columns
	for len(e.lines) < e.rows {
		e.lines = append(e.lines, make([]string, columns))
	}
}

// screen is what is to be seen, without blanks at the ends, with the cursor as |.
func (e *emulator) screen() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var b strings.Builder
	for y, line := range e.lines {
		var row strings.Builder
		for x, cell := range line {
			if y == e.y && x == e.x {
				row.WriteByte('|')
			}
			if cell == "" && (x == 0 || uniseg.StringWidth(line[x-1]) < 2) {
				cell = " "
			}
			row.WriteString(cell)
		}
		b.WriteString(strings.TrimRight(row.String(), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
