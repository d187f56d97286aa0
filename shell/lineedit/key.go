package lineedit

// Keys that are no character travel through readline as private characters, which no
// keyboard sends; one that is pasted or typed all the same is handed over as text.
const (
	keyFirst rune = 0x10F700 + iota
	keyText       // text is waiting: a paste
	keyHuge       // a paste was larger than pasteMax and has been dropped
	keyUp
	keyDown
	keyLeft
	keyRight
	keyHome
	keyEnd
	keyPageUp
	keyPageDown
	keyDelete
	keyWordLeft
	keyWordRight
	keyDeleteWord // forward
	keyDeleteBack // a word, backward
	keyNewLine    // Enter that does not run the block
	keyOldest     // of the history
	keyNewest
	keyNothing
	keyLast
)

// The control characters that mean something.
const (
	ctrlA     = 'A' & 0x1f
	ctrlB     = 'B' & 0x1f
	ctrlC     = 'C' & 0x1f
	ctrlD     = 'D' & 0x1f
	ctrlE     = 'E' & 0x1f
	ctrlF     = 'F' & 0x1f
	ctrlG     = 'G' & 0x1f
	ctrlH     = 'H' & 0x1f
	tab       = 'I' & 0x1f
	ctrlJ     = 'J' & 0x1f
	ctrlK     = 'K' & 0x1f
	ctrlL     = 'L' & 0x1f
	enter     = 'M' & 0x1f
	ctrlN     = 'N' & 0x1f
	ctrlP     = 'P' & 0x1f
	ctrlR     = 'R' & 0x1f
	ctrlS     = 'S' & 0x1f
	ctrlT     = 'T' & 0x1f
	ctrlU     = 'U' & 0x1f
	ctrlW     = 'W' & 0x1f
	ctrlY     = 'Y' & 0x1f
	ctrlZ     = 'Z' & 0x1f
	escape    = 0x1b
	backspace = 0x7f
)

// sequenceKey is the key of a control sequence: ESC [ parameters final. Zero is none.
func sequenceKey(parameters []int, final byte) rune {
	first, modifier := parameter(parameters, 0), parameter(parameters, 1)
	moved := modifier > 2 // Alt, Ctrl; Shift alone changes nothing
	switch final {
	case 'A':
		return keyUp
	case 'B':
		return keyDown
	case 'C':
		return either(moved, keyWordRight, keyRight)
	case 'D':
		return either(moved, keyWordLeft, keyLeft)
	case 'H':
		return keyHome
	case 'F':
		return keyEnd
	case 'u': // first is the character itself
		return otherKey(first, modifier)
	case '~':
		switch first {
		case 1, 7:
			return keyHome
		case 4, 8:
			return keyEnd
		case 3:
			return either(moved, keyDeleteWord, keyDelete)
		case 5:
			return keyPageUp
		case 6:
			return keyPageDown
		case 27:
			return otherKey(parameter(parameters, 2), modifier)
		}
	}
	return keyNothing
}

// otherKey is a character with a modifier, as terminals send it that tell Shift-Enter
// from Enter.
func otherKey(character, modifier int) rune {
	switch {
	case character == enter && modifier > 1:
		return keyNewLine
	case character == backspace && modifier > 2:
		return keyDeleteBack
	case modifier == 5 && 'a' <= character && character <= 'z':
		return rune(character & 0x1f)
	case character == enter || character == tab || character == backspace:
		return rune(character)
	}
	return keyNothing
}

// altKey is a character after ESC; zero is none.
func altKey(c rune) rune {
	switch c {
	case 'b', 'B':
		return keyWordLeft
	case 'f', 'F':
		return keyWordRight
	case 'd', 'D':
		return keyDeleteWord
	case backspace, ctrlH:
		return keyDeleteBack
	case enter, ctrlJ:
		return keyNewLine
	case '<':
		return keyOldest
	case '>':
		return keyNewest
	}
	return 0
}

func parameter(parameters []int, i int) int {
	if i < len(parameters) {
		return parameters[i]
	}
	return 0
}

func either(first bool, a, b rune) rune {
	if first {
		return a
	}
	return b
}
