package repl

import (
	"fmt"
	"io"
	"strings"

	"github.com/aerodb/aerodb/shell/bind"
	"github.com/aerodb/aerodb/shell/lineedit"
)

// keys are the rows of the table in docs/SHELL.md.
var keys = [][2]string{
	{"Enter", "runs a statement that is whole; else begins the next line"},
	{"Alt-Enter", "begins the next line in any case"},
	{"← → Ctrl-B Ctrl-F", "one character, as you see it"},
	{"Ctrl-← Ctrl-→ Alt-B Alt-F", "one word"},
	{"Home End Ctrl-A Ctrl-E", "the line's ends"},
	{"↑ ↓", "the line above and below; then the history"},
	{"Ctrl-P Ctrl-N Page Up Page Down", "the history, at once"},
	{"Alt-< Alt->", "its oldest entry; back to the new block"},
	{"Ctrl-R Ctrl-S", "search it, older and newer"},
	{"Backspace Delete Ctrl-D", "the character before, at the cursor"},
	{"Ctrl-W, Alt-Backspace, Alt-D", "to the blank before, the word before, the word behind"},
	{"Ctrl-U Ctrl-K", "the line up to, from the cursor; at its edge, the line break"},
	{"Ctrl-Y", "what was removed last by these"},
	{"Ctrl-T", "the two characters at the cursor change places"},
	{"Tab", "completes a name; at the beginning of a further line, four spaces"},
	{"Ctrl-L", "an empty screen"},
	{"Ctrl-Z", "back to the shell you came from; fg returns"},
	{"Ctrl-C", "drops what is typed; stops what runs; never leaves"},
	{"Ctrl-D on an empty block", "leaves, as exit does"},
}

// Topics are what help explains of the prompt.
func Topics() []bind.Topic {
	var pressed, commands strings.Builder
	for _, k := range keys {
		fmt.Fprintf(&pressed, "%s%s  %s\n", k[0], strings.Repeat(" ", max(0, helpColumn-lineedit.Width(k[0]))), k[1])
	}
	commands.WriteString("A line that begins with a dot and a letter is for the prompt itself:\n\n")
	listCommands(&commands, "")
	topics := []bind.Topic{
		{Name: "keys", Summary: "what to press at the prompt", Text: strings.TrimSuffix(pressed.String(), "\n")},
		{Name: "dot-commands", Summary: "what the prompt does beside Lua: .mode, .once, .read, ...", Text: strings.TrimSuffix(commands.String(), "\n")},
	}
	for _, d := range DotCommands() {
		var text strings.Builder
		listCommands(&text, d.Name)
		topics = append(topics, bind.Topic{Name: d.Name, Summary: d.Doc, Text: strings.TrimSuffix(text.String(), "\n"), Minor: true})
	}
	return topics
}

// listCommands writes one line for each dot-command, or for that of one name.
func listCommands(w io.Writer, only string) {
	width := 0
	for _, d := range DotCommands() {
		width = max(width, len(d.Name)+1+len(d.Usage))
	}
	for _, d := range DotCommands() {
		if only != "" && d.Name != only && d.Alias != only {
			continue
		}
		doc := d.Doc
		if d.Alias != "" {
			doc += "; also " + d.Alias
		}
		fmt.Fprintf(w, "%-*s  %s\n", min(width, helpColumn), d.Name+" "+d.Usage, doc)
	}
}
