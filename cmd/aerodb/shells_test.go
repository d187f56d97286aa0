package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// completions are lines that every shell must complete, with words that must and must not
// be offered. ID stands for the snapshot's.
var completions = []struct {
	line    string
	offered []string
	not     string
}{
	{"aerodb sna", []string{"snapshot"}, "stats"},
	{"aerodb snapshot rem", []string{"remove"}, "list"},
	{"aerodb snapshot remove ", []string{"ID"}, "aerodb.lua"},
	{"aerodb schema show qu", []string{"quake"}, "quarry.lua"},
	{"aerodb export quake ", []string{"v1"}, "quarry.lua"},
	{"aerodb run qua", []string{"quarry.lua"}, "quake"},
	{"aerodb restore --input ba", []string{"backup.tar"}, "bad.txt"},
	{"aerodb stats --output-format j", []string{"json"}, "jumble.txt"},
	{"aerodb stats --data-d", []string{"--data-dir"}, "--config"},
	{"aerodb completion fi", []string{"fish"}, "zsh"},
}

// completionDir has a database, held open by another process, and files.
func completionDir(t *testing.T) (dir, id string) {
	t.Helper()
	dir = newDatabase(t)
	for _, name := range []string{"quarry.lua", "backup.tar", "bad.txt", "jumble.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, _, stderr := run(t, dir, "eval", `
		db.define_schema{schema_id = "quake", schema_version = "v1", fields = {_id = {type = "string", required = true}}}
		storage.snapshot()`)
	if code != 0 {
		t.Fatal(stderr)
	}
	ids, err := filepath.Glob(dir + "/data/snapshots/*Z-*")
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	p := openPrompt(t, dir)
	p.expect(t, "aerodb> ")
	t.Cleanup(func() {
		p.key(t, "\x04")
		p.exit(t)
	})
	return dir, filepath.Base(ids[0])
}

// checkCompletions asks a shell for each line and compares; nothing of the database changes.
// A shell that does not choose files by their names offers all of them.
func checkCompletions(t *testing.T, choosesFiles bool, ask func(dir, line string) string) {
	dir, id := completionDir(t)
	before, err := fingerprint(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range completions {
		offered := strings.Fields(ask(dir, c.line))
		for _, want := range c.offered {
			if want == "ID" {
				want = id
			}
			if !slices.Contains(offered, want) {
				t.Errorf("%q offers %q, not %q", c.line, offered, want)
			}
		}
		if slices.Contains(offered, c.not) && (choosesFiles || !strings.Contains(c.not, ".")) {
			t.Errorf("%q offers %q", c.line, c.not)
		}
	}
	after, err := fingerprint(dir)
	if err != nil {
		t.Fatal(err)
	}
	if after != before {
		t.Errorf("completing changed the database from\n%sto\n%s", before, after)
	}
}

// shellRuns runs a script of an interactive shell, with the aerodb of the test.
func shellRuns(t *testing.T, dir, script string, command ...string) string {
	t.Helper()
	cmd := exec.Command(command[0], append(command[1:], "-c", script)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", command, err, out)
	}
	return string(out)
}

func requireShell(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skip("there is no ", name)
	}
}

// In bash with the package bash-completion, and without.
func TestBashCompletion(t *testing.T) {
	requireShell(t, "bash")
	const library = "/usr/share/bash-completion/bash_completion"
	for name, source := range map[string]string{"alone": "", "with the package": "source " + library + "\n"} {
		t.Run(name, func(t *testing.T) {
			if _, err := os.Stat(library); source != "" && err != nil {
				t.Skip("bash-completion is not installed")
			}
			checkCompletions(t, true, func(dir, line string) string {
				return shellRuns(t, dir, source+`source <(aerodb completion bash)
					COMP_LINE="`+line+`" COMP_POINT=${#COMP_LINE} COMP_TYPE=9 COMP_KEY=9
					read -ra COMP_WORDS <<<"$COMP_LINE"
					[[ $COMP_LINE == *" " ]] && COMP_WORDS+=("")
					COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
					compopt() { :; }
					__start_aerodb aerodb "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
					printf '%s\n' "${COMPREPLY[@]}"`, "bash", "--noprofile", "--norc")
			})
		})
	}
}

func TestFishCompletion(t *testing.T) {
	requireShell(t, "fish")
	checkCompletions(t, false, func(dir, line string) string {
		return shellRuns(t, dir, `aerodb completion fish | source
			complete -C "`+line+`"`, "fish", "--no-config")
	})
}

// In zsh the completion system works at a terminal only: keys are pressed on one.
func TestZshCompletion(t *testing.T) {
	requireShell(t, "zsh")
	checkCompletions(t, true, func(dir, line string) string {
		cmd := exec.Command("zsh", "-f", "-i")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "TERM=dumb", "PS1=zsh> ")
		terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 200})
		if err != nil {
			t.Fatal(err)
		}
		defer terminal.Close()
		p := &prompt{Cmd: cmd, terminal: terminal}
		p.expect(t, "zsh> ")
		p.key(t, "autoload -Uz compinit && compinit -u -D; source <(aerodb completion zsh); compdef _aerodb aerodb\r")
		p.expect(t, "zsh> ")
		// What the line has become is written to a file, as a terminal shows it in pieces.
		p.key(t, "zle-note() { print -r -- $BUFFER >line; BUFFER=; zle accept-line }; zle -N zle-note; bindkey '^X' zle-note\r")
		p.expect(t, "zsh> ")
		p.key(t, line+"\t\x18")
		p.expect(t, "zsh> ")
		p.key(t, "exit\r")
		p.exit(t)
		text, err := os.ReadFile(filepath.Join(dir, "line"))
		if err != nil {
			t.Fatal(err)
		}
		os.Remove(filepath.Join(dir, "line"))
		return string(text)
	})
}
