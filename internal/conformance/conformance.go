// Package conformance reads the file that says, request by request, what the JSON API
// answers: jsonapi/testdata/conformance.txt. The head of that file describes its form,
// which any implementation can read.
package conformance

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// A Section is what happens to one database, from its making on.
type Section struct {
	Name     string
	Settings []string // KEY=VALUE, by the names of config.toml
	Steps    []Step
}

// Kind says what a step is.
type Kind string

// The kinds of steps, by the mark that begins their line.
const (
	Schema   Kind = "schema " // Text is registered
	ReadOnly Kind = "read-only"
	Request  Kind = "> "
	Exit     Kind = "exit " // of the stream of requests before it; Text is the exit code
)

// A Step is one line of a section, with the answer if it is a request.
type Step struct {
	Kind     Kind
	Text     string
	Response string // as written
	line     int    // of the response in the file, from 0
}

// A File is a conformance file.
type File struct {
	Sections []Section
	lines    []string
}

// Read reads a conformance file.
func Read(name string) (*File, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f := &File{lines: strings.Split(string(text), "\n")}
	for i, line := range f.lines {
		if err := f.read(i, line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
	}
	return f, nil
}

// read adds a line to the last section.
func (f *File) read(i int, line string) error {
	if head, ok := strings.CutPrefix(line, "database "); ok {
		words := strings.Fields(head)
		f.Sections = append(f.Sections, Section{Name: words[0], Settings: words[1:]})
		return nil
	}
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	if len(f.Sections) == 0 {
		return fmt.Errorf("%q stands before the first database", line)
	}
	steps := &f.Sections[len(f.Sections)-1].Steps
	if response, ok := strings.CutPrefix(line, "< "); ok {
		last := len(*steps) - 1
		if last < 0 || (*steps)[last].Kind != Request || (*steps)[last].Response != "" {
			return fmt.Errorf("%q answers nothing", line)
		}
		(*steps)[last].Response, (*steps)[last].line = response, i
		return nil
	}
	for _, kind := range []Kind{Schema, ReadOnly, Request, Exit} {
		if text, ok := strings.CutPrefix(line, string(kind)); ok {
			*steps = append(*steps, Step{Kind: kind, Text: expand(text)})
			return nil
		}
	}
	return fmt.Errorf("%q begins with no mark", line)
}

var repeated = regexp.MustCompile(`\{([a-z\[\]])\*(\d+)\}`)

// expand writes out what a line says in short: {x*5} is xxxxx.
func expand(text string) string {
	return repeated.ReplaceAllStringFunc(text, func(short string) string {
		m := repeated.FindStringSubmatch(short)
		n, _ := strconv.Atoi(m[2]) // digits, and few
		return strings.Repeat(m[1], n)
	})
}

// Rewrite writes the file again with the responses that the steps have now.
func (f *File) Rewrite(name string) error {
	for _, section := range f.Sections {
		for _, step := range section.Steps {
			if step.Kind == Request {
				f.lines[step.line] = "< " + step.Response
			}
		}
	}
	return os.WriteFile(name, []byte(strings.Join(f.lines, "\n")), 0o644)
}
