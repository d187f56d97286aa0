package repl

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/shell/lineedit"
)

// DefaultPrompt is shell.prompt as it is when nobody has set it. It stands for
// "aerodb%f> ": the state of the database appears when it matters.
const DefaultPrompt = "aerodb> "

// walPercentShown is from where on the prompt tells how full the WAL is.
const walPercentShown = 80

// promptText fills in a prompt:
//
//	%d  the name of the data directory
//	%s  the sequence of the last write
//	%w  how full the WAL is, in percent
//	%f  what matters now, in brackets after a space; else nothing: failed, closed,
//	    read-only, the marks, and from 80 % on how full the WAL is
//	%%  a percent sign
//
// Anything else is shown as it is. A nil db is one that a reopen has failed to open.
func promptText(template string, db *engine.DB, marks []string) string {
	if template == DefaultPrompt {
		template = "aerodb%f> "
	}
	if !strings.Contains(template, "%") {
		return template
	}
	now := look(db)
	var b strings.Builder
	for i := 0; i < len(template); i++ {
		if template[i] != '%' || i+1 == len(template) {
			b.WriteByte(template[i])
			continue
		}
		i++
		switch template[i] {
		case 'd':
			b.WriteString(now.name)
		case 's':
			b.WriteString(strconv.FormatUint(now.sequence, 10))
		case 'w':
			b.WriteString(strconv.FormatInt(now.walPercent, 10))
		case 'f':
			b.WriteString(now.flags(marks))
		case '%':
			b.WriteByte('%')
		default:
			b.WriteString(template[i-1 : i+1])
		}
	}
	return b.String()
}

// condition is what a prompt can tell of a database.
type condition struct {
	name       string
	sequence   uint64
	walPercent int64
	trouble    string // why nothing works; "" if it does
	readOnly   bool
}

func look(db *engine.DB) condition {
	if db == nil {
		return condition{name: "-", trouble: "closed"}
	}
	c := condition{name: filepath.Base(db.Dir()), sequence: db.Sequence(), readOnly: db.ReadOnly()}
	if abs, err := filepath.Abs(db.Dir()); err == nil {
		c.name = filepath.Base(abs)
	}
	used, limit, err := db.WALUse()
	switch {
	case dberr.CodeOf(err) == dberr.DatabaseFailed:
		c.trouble = "failed"
	case err == nil && limit > 0:
		c.walPercent = used * 100 / limit
	}
	return c
}

// flags are the words in brackets.
func (c *condition) flags(marks []string) string {
	var words []string
	if c.trouble != "" {
		words = append(words, c.trouble)
	}
	if c.readOnly {
		words = append(words, "read-only")
	}
	words = append(words, marks...)
	if c.walPercent >= walPercentShown {
		words = append(words, fmt.Sprintf("wal %d%%", c.walPercent))
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// Continuation is the prompt of further lines, as wide as the first one.
func Continuation(prompt string) string {
	const mark = "-> "
	return strings.Repeat(" ", max(0, lineedit.Width(prompt)-len(mark))) + mark
}
