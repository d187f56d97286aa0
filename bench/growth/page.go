package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// What a generated table in a page lies between.
const (
	pageBegin = "<!-- growth: begin, written by bench/growth -->\n"
	pageEnd   = "<!-- growth: end -->\n"
)

// splice puts text in the place of what lies between the marks of a page.
func splice(page, text string) (string, error) {
	head, rest, begins := strings.Cut(page, pageBegin)
	_, tail, ends := strings.Cut(rest, pageEnd)
	if !begins || !ends {
		return "", fmt.Errorf("the page lacks the lines %q and %q, between which the table goes", strings.TrimSpace(pageBegin), strings.TrimSpace(pageEnd))
	}
	return head + pageBegin + text + pageEnd + tail, nil
}

// write writes the result, the table and the plots into the directory out, and the short
// table into the page; an empty name writes nothing there.
func (r *Result) write(out, page string) error {
	if out != "" {
		if err := r.writeAll(out); err != nil {
			return err
		}
	}
	if page == "" {
		return nil
	}
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	next, err := splice(string(text), r.table(true))
	if err != nil {
		return fmt.Errorf("%s: %w", page, err)
	}
	return os.WriteFile(page, []byte(next), 0o644)
}

func (r *Result) writeAll(out string) error {
	data, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, f := range []struct{ name, text string }{
		{"growth.json", string(data) + "\n"},
		{"growth.md", "# Growth\n\nWritten by `go run ./growth` in bench/; [PERFORMANCE](../PERFORMANCE.md#growth) says what it means.\n\n" + r.table(false)},
		{"growth.svg", draw(r.sizePanels())},
		{"growth-checkpoint.svg", draw(r.checkpointPanels())},
	} {
		if err := os.WriteFile(filepath.Join(out, f.name), []byte(f.text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// readResult reads what an earlier run wrote.
func readResult(file string) (*Result, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := &Result{}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(r.Sizes) == 0 || len(r.Settings.Logs) == 0 {
		return nil, fmt.Errorf("%s is no result of this command", file)
	}
	return r, nil
}
