package repl

import (
	"strings"
	"unicode"
)

// command completes a dot-command from its usage, its name and then what its parameters
// say, and the topic behind a bare help. It reports false if the line is neither.
func (l looker) command(before string) (word string, all []string, ok bool) {
	line := strings.TrimLeft(before, " \t")
	if topic, ok := helpTopic(line); ok {
		return topic, l.s.Topics(), true
	}
	if !strings.HasPrefix(line, ".") || line != "." && !IsCommand(line) {
		return "", nil, false
	}
	i := strings.IndexAny(line, " \t")
	if i < 0 {
		return line, commandNames(), true
	}
	d := findCommand(line[:i])
	if d == nil {
		return "", nil, true
	}
	rest := strings.TrimLeft(line[i:], " \t")
	args := strings.Fields(rest)
	if word = strings.TrimLeftFunc(rest[lastSpace(rest):], unicode.IsSpace); word != "" {
		args = args[:len(args)-1]
	}
	for _, parameter := range strings.Fields(strings.NewReplacer("[", "", "]", "").Replace(d.Usage)) {
		switch {
		case strings.HasPrefix(parameter, "--"):
			if len(args) > 0 && args[0] == parameter {
				args = args[1:]
				rest = strings.TrimLeft(strings.TrimPrefix(rest, parameter), " \t")
			} else if strings.HasPrefix(word, "-") {
				return word, []string{parameter}, true
			}
		case parameter == "FILE": // the rest of the line, blanks and all
			word = strings.TrimLeft(rest, `"'`)
			return word, plain(l.files(word)), true
		case len(args) > 0:
			l.args, args = append(l.args, args[0]), args[1:]
		default:
			return word, l.parameter(parameter), true
		}
	}
	return word, nil, true
}

// lastSpace returns where the last of what separates arguments begins, 0 if there is none.
func lastSpace(text string) int { return max(strings.LastIndexFunc(text, unicode.IsSpace), 0) }

// parameter gives what one parameter of a dot-command may be.
func (l looker) parameter(name string) []string {
	switch name {
	case "COLLECTION":
		return l.collections()
	case "VERSION":
		return l.versions(l.args[0])
	case "COMMAND":
		return append(commandNames(), l.s.Topics()...)
	}
	var choices []string
	for choice := range strings.SplitSeq(name, "|") {
		if choice == strings.ToLower(choice) {
			choices = append(choices, choice)
		}
	}
	return choices
}

func commandNames() []string {
	var names []string
	for _, d := range DotCommands() {
		names = append(names, d.Name)
		if d.Alias != "" {
			names = append(names, d.Alias)
		}
	}
	return names
}
