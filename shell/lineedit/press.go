package lineedit

import (
	"io"
	"strings"
)

// edits are the keys that change the text or move the cursor.
var edits = map[rune]func(b buffer){
	ctrlA:         func(b buffer) { b.move(lineStart) },
	keyHome:       func(b buffer) { b.move(lineStart) },
	ctrlE:         func(b buffer) { b.move(lineEnd) },
	keyEnd:        func(b buffer) { b.move(lineEnd) },
	ctrlB:         func(b buffer) { b.move(previous) },
	keyLeft:       func(b buffer) { b.move(previous) },
	ctrlF:         func(b buffer) { b.move(next) },
	keyRight:      func(b buffer) { b.move(next) },
	keyWordLeft:   func(b buffer) { b.move(wordLeft) },
	keyWordRight:  func(b buffer) { b.move(wordRight) },
	ctrlH:         func(b buffer) { b.remove(previous, false) },
	backspace:     func(b buffer) { b.remove(previous, false) },
	ctrlD:         func(b buffer) { b.remove(next, false) },
	keyDelete:     func(b buffer) { b.remove(next, false) },
	keyDeleteBack: func(b buffer) { b.remove(wordLeft, true) },
	keyDeleteWord: func(b buffer) { b.remove(wordRight, true) },
	ctrlW:         func(b buffer) { b.remove(blankLeft, true) },
	ctrlK:         func(b buffer) { b.remove(killEnd, true) },
	ctrlU:         func(b buffer) { b.remove(killStart, true) },
	ctrlT:         func(b buffer) { b.Transpose() },
	ctrlY:         func(b buffer) { b.Yank() },
	keyNewLine:    func(b buffer) { b.insert("\n") },
}

// press does what a key says. Done ends the block.
func (e *Editor) press(key rune) (done bool, err error) {
	e.below = nil
	walking := e.recall.walking
	e.recall.walking = false
	if e.search.on {
		if e.pressInSearch(key) {
			return false, nil
		}
		e.search.on = false
	}
	if edit, ok := edits[key]; ok && (key != ctrlD || e.buf.Len() > 0) {
		edit(e.buf)
		return false, nil
	}
	switch key {
	case enter, ctrlJ:
		return e.submit(), nil
	case ctrlC:
		e.finish("^C")
		return true, ErrInterrupt
	case ctrlD:
		e.finish("")
		return true, io.EOF
	case ctrlL:
		e.screen.clear()
	case ctrlZ:
		return false, e.suspend()
	case tab:
		e.complete()
	case ctrlR, ctrlS:
		text, pos := e.buf.at()
		e.search.begin(string(text), pos, e.recall.at)
	case keyText:
		e.buf.insert(e.keys.take())
	case keyHuge:
		e.below = []string{"the paste is larger than 1 MiB and was dropped; put it into a file and say: aerodb run FILE"}
	default:
		if key < ' ' || keyFirst <= key && key < keyLast {
			e.walk(key, walking)
			return false, nil
		}
		e.buf.WriteRune(key)
	}
	return false, nil
}

// submit is Enter: it ends the block, or begins another line of it.
func (e *Editor) submit() bool {
	if e.config.More != nil && e.config.More(e.buf.text()) {
		e.buf.insert("\n")
		return false
	}
	e.finish("")
	return true
}

// walk is a key that goes through the lines of the block or, past its first and last,
// through the history. Walking says that the key before did so too: it then goes on,
// and does not stop in the lines of a block that it meets.
func (e *Editor) walk(key rune, walking bool) {
	to := e.recall.at
	switch key {
	case keyUp, keyDown:
		move, step := lineAbove, -1
		if key == keyDown {
			move, step = lineBelow, 1
		}
		text, pos := e.buf.at()
		if moved := move(text, pos); moved != pos && !walking {
			e.buf.SetWithIdx(moved, text)
			return
		}
		to += step
	case ctrlP, keyPageUp:
		to--
	case ctrlN, keyPageDown:
		to++
	case keyOldest:
		to = 0
	case keyNewest:
		to = len(e.recall.entries)
	default:
		return
	}
	text, ok := e.recall.walk(to, e.buf.text())
	e.recall.walking = true
	if !ok {
		e.bell()
		return
	}
	e.buf.replace(text)
}

// pressInSearch reports whether the key was for the search. One that was not ends it,
// with what was found in the buffer, and then does what it always does.
func (e *Editor) pressInSearch(key rune) bool {
	s := &e.search
	direction, further := -1, false
	switch key {
	case ctrlR:
		further = true
	case ctrlS:
		direction, further = 1, true
	case ctrlG:
		e.buf.SetWithIdx(s.cursor, []rune(s.before))
		e.recall.at = s.place
		s.on = false
		return true
	case backspace, ctrlH:
		if len(s.query) > 0 {
			s.query = s.query[:len(s.query)-1]
		}
		s.at = s.place
	case keyText:
		s.query = append(s.query, []rune(strings.ReplaceAll(e.keys.take(), "\n", " "))...)
	default:
		if key < ' ' || keyFirst <= key && key < keyLast {
			return false
		}
		s.query = append(s.query, key)
	}
	if len(s.query) == 0 {
		return true
	}
	text, ok := s.find(&e.recall, direction, further)
	if !ok {
		e.bell()
		return true
	}
	e.recall.walk(s.at, e.buf.text())
	e.buf.SetWithIdx(s.pos, []rune(text))
	return true
}
