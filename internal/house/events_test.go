package house

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/event"
)

var update = flag.Bool("update", false, "rewrite the list of events in docs/OBSERVABILITY.md")

// A logged is one call that logs: which event, at which level, with which keys.
type logged struct {
	name  string
	level *slog.Level // nil if it is decided as it runs
	keys  []string
	open  bool // keys come from elsewhere as well
}

var eventName = regexp.MustCompile(`^[a-z]+(\.[a-z_]+)?$`)

var levels = map[string]slog.Level{"Debug": slog.LevelDebug, "Info": slog.LevelInfo, "Warn": slog.LevelWarn, "Error": slog.LevelError}

// loggedBy returns what a call logs; ok is false if it logs nothing.
func loggedBy(call *ast.CallExpr) (l logged, ok bool) {
	selector, isMethod := call.Fun.(*ast.SelectorExpr)
	if !isMethod {
		return l, false
	}
	at := 0
	level, fixed := levels[selector.Sel.Name]
	switch {
	case fixed:
		l.level = &level
	case selector.Sel.Name == "Log" && len(call.Args) > 2:
		at = 2 // context, level, name
	case selector.Sel.Name == "logDamage" && len(call.Args) > 0:
		fixed := slog.LevelError
		l.level, l.open = &fixed, true
	default:
		return l, false
	}
	if len(call.Args) <= at {
		return l, false
	}
	name, isText := text(call.Args[at])
	if !isText || !eventName.MatchString(name) {
		return l, false
	}
	l.name = name
	for i := at + 1; !l.open && i < len(call.Args); i += 2 {
		key, isText := text(call.Args[i])
		if !isText {
			l.open = true
			break
		}
		l.keys = append(l.keys, key)
	}
	return l, true
}

func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// Every call that logs is of an event of the table, at its level, with keys that it may
// have, in their order; and every event of the table is logged somewhere.
func TestEventsAreThoseOfTheTable(t *testing.T) {
	seen := map[string]bool{}
	for _, dir := range []string{"engine", "jsonapi", "shell", "config", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if call, isCall := n.(*ast.CallExpr); isCall {
					if l, ok := loggedBy(call); ok {
						seen[l.name] = true
						checkLogged(t, files.Position(call.Pos()).String(), l)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range event.Table {
		if !seen[e.Name] {
			t.Errorf("nothing logs %s", e.Name)
		}
	}
}

func checkLogged(t *testing.T, where string, l logged) {
	e, known := event.Lookup(l.name)
	if !known {
		t.Errorf("%s: the event %q is not in engine/event", where, l.name)
		return
	}
	if l.level != nil && *l.level != e.Level {
		t.Errorf("%s: %s is logged at %v, the table says %v", where, l.name, *l.level, e.Level)
	}
	next := 0
	for _, key := range l.keys {
		i := slices.Index(e.Keys[next:], key)
		if i < 0 {
			t.Errorf("%s: %s has the key %q, which the table does not have there: %v", where, l.name, key, e.Keys)
			return
		}
		next += i + 1
	}
}

// docs/OBSERVABILITY.md lists the events of the table.
func TestPageListsTheEvents(t *testing.T) {
	const begin, end = "<!-- events: written by the test -->\n", "<!-- end of events -->\n"
	name := filepath.Join(root, "docs", "OBSERVABILITY.md")
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(page), begin)
	list, tail, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatal("the page has no place for the events")
	}
	var want strings.Builder
	want.WriteString("| event | level | keys | when |\n| --- | --- | --- | --- |\n")
	for _, e := range event.Table {
		fmt.Fprintf(&want, "| `%s` | %s | %s | %s |\n", e.Name, strings.ToLower(e.Level.String()), strings.Join(e.Keys, ", "), e.Doc)
	}
	if list == want.String() {
		return
	}
	if !*update {
		t.Fatalf("the list of events is not that of engine/event; go test ./internal/house -run Events -update writes it")
	}
	if err := os.WriteFile(name, []byte(head+begin+want.String()+end+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}
