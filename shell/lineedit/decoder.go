package lineedit

import (
	"io"
	"strings"
	"sync"
	"unicode/utf8"
)

// Limits of what a terminal sends.
const (
	pasteMax      = 1 << 20 // bytes of one paste
	parametersMax = 16      // of a control sequence
	parameterMax  = 1 << 16
)

// What a terminal that was asked to puts around a paste.
const (
	pasteOn  = "\x1b[?2004h"
	pasteOff = "\x1b[?2004l"
	pasteEnd = "\x1b[201~"
)

// A decoder turns the bytes of a terminal into characters, one key a Read. Keys that
// are no character become those of key.go. It never reads past the end of a key.
type decoder struct {
	in   io.Reader
	one  [1]byte
	back []byte // read, and not part of the character after all

	mu   sync.Mutex
	text []string // pasted, oldest first
	err  error    // of in
}

// Read returns the bytes of the next key.
func (d *decoder) Read(p []byte) (int, error) {
	key, err := d.next()
	if err != nil {
		d.mu.Lock()
		d.err = err
		d.mu.Unlock()
		return 0, err
	}
	return copy(p, string(key)), nil
}

// next reads one key.
func (d *decoder) next() (rune, error) {
	for {
		c, err := d.char()
		if err != nil {
			return 0, err
		}
		switch {
		case c == escape:
			if c, err = d.escape(); err != nil {
				return 0, err
			}
			if c != keyNothing {
				return c, nil
			}
		case c == 0: // the end, to readline
		case keyFirst <= c && c < keyLast:
			d.push(string(c))
			return keyText, nil
		default:
			return c, nil
		}
	}
}

func (d *decoder) push(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.text = append(d.text, text)
}

// take returns the text that a keyText announced.
func (d *decoder) take() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	text := d.text[0]
	d.text = d.text[1:]
	return text
}

// failure is the error that ended the keys, io.EOF if there was none.
func (d *decoder) failure() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return d.err
	}
	return io.EOF
}

func (d *decoder) byte() (byte, error) {
	if len(d.back) > 0 {
		c := d.back[0]
		d.back = d.back[1:]
		return c, nil
	}
	for {
		n, err := d.in.Read(d.one[:])
		if n > 0 {
			return d.one[0], nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// char reads one character.
func (d *decoder) char() (rune, error) {
	var buf []byte
	for {
		c, err := d.byte()
		if err != nil {
			return 0, err
		}
		buf = append(buf, c)
		if utf8.FullRune(buf) {
			r, n := utf8.DecodeRune(buf)
			d.back = append(buf[n:], d.back...)
			return r, nil
		}
	}
}

// escape reads what follows ESC.
func (d *decoder) escape() (rune, error) {
	c, err := d.char()
	switch {
	case err != nil:
		return 0, err
	case c == '[':
		return d.sequence()
	case c == 'O':
		return d.single()
	case c == escape: // Alt and a key that begins with ESC itself
		return d.escape()
	}
	if key := altKey(c); key != 0 {
		return key, nil
	}
	if c < ' ' {
		return keyNothing, nil
	}
	return c, nil
}

// sequence reads a control sequence, of which ESC [ has been read.
func (d *decoder) sequence() (rune, error) {
	parameters := []int{0}
	for {
		c, err := d.byte()
		if err != nil {
			return 0, err
		}
		switch last := &parameters[len(parameters)-1]; {
		case '0' <= c && c <= '9':
			*last = min(*last*10+int(c-'0'), parameterMax)
		case c == ';':
			if len(parameters) < parametersMax {
				parameters = append(parameters, 0)
			}
		case c == '[': // the function keys of the Linux console
			_, err := d.byte()
			return keyNothing, err
		case c == '~' && *last == 200:
			return d.paste()
		case '@' <= c && c <= '~':
			return sequenceKey(parameters, c), nil
		case c < ' ': // not a sequence after all: do what the key says
			return rune(c), nil
		}
	}
}

// single reads the key after ESC O.
func (d *decoder) single() (rune, error) {
	for {
		c, err := d.byte()
		switch {
		case err != nil:
			return 0, err
		case '0' <= c && c <= '9' || c == ';': // a modifier
		case c == 'M': // of the keypad
			return enter, nil
		case c == 'c': // Ctrl and an arrow, of rxvt
			return keyWordRight, nil
		case c == 'd':
			return keyWordLeft, nil
		default:
			return sequenceKey(nil, c), nil
		}
	}
}

// paste reads up to the end of a paste.
func (d *decoder) paste() (rune, error) {
	var text []byte
	size := 0
	for {
		c, err := d.byte()
		if err != nil {
			return 0, err
		}
		size++
		text = append(text, c)
		if c == '~' && strings.HasSuffix(string(text[max(0, len(text)-len(pasteEnd)):]), pasteEnd) {
			break
		}
		if size > pasteMax+len(pasteEnd) {
			text = append(text[:0], text[len(text)-len(pasteEnd):]...) // only the end matters now
		}
	}
	if size > pasteMax+len(pasteEnd) {
		return keyHuge, nil
	}
	d.push(clean(string(text[:len(text)-len(pasteEnd)])))
	return keyText, nil
}

// tabColumns is the distance of tab stops in a paste.
const tabColumns = 4

// clean makes text that came from elsewhere fit to be edited: lines end with a newline,
// tabs are spaces up to the next stop, other control characters go. Newlines at the end
// go too: the cursor stays on the last line of a paste.
func clean(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	text = strings.TrimRight(strings.ReplaceAll(text, "\r", "\n"), "\n")
	var b strings.Builder
	column := 0
	for _, r := range text {
		switch {
		case r == '\n':
			column = 0
			b.WriteRune(r)
		case r == '\t':
			n := tabColumns - column%tabColumns
			column += n
			b.WriteString(strings.Repeat(" ", n))
		case r < ' ' || 0x7f <= r && r < 0xa0:
		default:
			column++
			b.WriteRune(r)
		}
	}
	return b.String()
}
