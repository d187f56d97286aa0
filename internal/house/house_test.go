// Package house holds the checks on the house as a whole: which way the arrows
// point, and that its pages lead somewhere.
package house

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/aerodb/aerodb/"

var root = filepath.Join("..", "..")

// floors lists the packages from the ground up. A package may import its own floor's
// subpackages and what lies below, nothing above.
var floors = []string{"engine/dberr", "engine/vfs", "engine", "jsonapi", "config", "lualib", "shell", "cmd/aerodb/command", "cmd/aerodb"}

func floorOf(pkg string) int {
	best := -1
	for i, f := range floors {
		if (pkg == f || strings.HasPrefix(pkg, f+"/")) && (best < 0 || len(f) > len(floors[best])) {
			best = i
		}
	}
	return best
}

func goList(t *testing.T, format string) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", format, "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func TestArrowsPointOneWay(t *testing.T) {
	arrows := 0
	for _, line := range goList(t, `{{.ImportPath}} {{join .Imports " "}}`) {
		imports := strings.Fields(line)
		pkg := strings.TrimPrefix(imports[0], module)
		floor := floorOf(pkg)
		if floor < 0 {
			if !strings.HasPrefix(pkg, "internal/") {
				t.Errorf("package %s is on no floor: add it to floors", pkg)
			}
			continue
		}
		for _, target := range imports[1:] {
			target, ours := strings.CutPrefix(target, module)
			if !ours {
				continue
			}
			arrows++
			if floorOf(target) > floor {
				t.Errorf("%s imports %s, which is above it", pkg, target)
			}
			if strings.HasPrefix(pkg, "engine/") && target == "engine" {
				t.Errorf("%s is a part of the engine and imports the whole", pkg)
			}
		}
	}
	if arrows < 20 {
		t.Errorf("only %d arrows were looked at", arrows)
	}
}

// The program serves nobody and asks nobody, so no library may bring what does: each
// package is set up at every start. What is left of cgo is package net, by way of flags
// and line editing, which is why the program is built without.
func TestTheProgramLinksNoServer(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-f", `{{.ImportPath}}{{if .CgoFiles}} cgo{{end}}`, "./cmd/aerodb")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Split(strings.TrimSpace(string(out)), "\n")
	for _, banned := range []string{"net/http", "crypto/tls", "os/user cgo"} {
		if slices.Contains(packages, banned) {
			t.Errorf("the program links %s", banned)
		}
	}
	if !slices.Contains(packages, strings.TrimSuffix(module, "/")+"/engine") {
		t.Errorf("only %d packages were looked at", len(packages))
	}
}

// The engine knows no Lua, no configuration file and no terminal.
func TestTheEngineKnowsNoShell(t *testing.T) {
	banned := []string{"github.com/yuin/gopher-lua", "github.com/chzyer/readline", "github.com/mattn/go-isatty", "github.com/BurntSushi/toml", "github.com/spf13/cobra", "net/http"}
	for _, line := range goList(t, `{{.ImportPath}} {{join .Deps " "}}`) {
		deps := strings.Fields(line)
		pkg := strings.TrimPrefix(deps[0], module)
		if pkg != "engine" && !strings.HasPrefix(pkg, "engine/") {
			continue
		}
		for _, b := range banned {
			if slices.Contains(deps, b) {
				t.Errorf("%s depends on %s", pkg, b)
			}
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

func TestLinksLeadSomewhere(t *testing.T) {
	links := 0
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata") {
			if d != nil && d.IsDir() && err == nil {
				return filepath.SkipDir
			}
			return err
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			links++
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if links == 0 {
		t.Error("no links were looked at")
	}
}

// docs/DEPENDENCIES.md names each library that go.mod requires directly.
func TestEveryDependencyHasItsReason(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "DEPENDENCIES.md"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(mod)) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "require ")
		name, _, found := strings.Cut(line, " v")
		if !found || strings.Contains(line, "// indirect") || !strings.Contains(name, ".") {
			continue
		}
		n++
		if !strings.Contains(string(page), name) {
			t.Errorf("docs/DEPENDENCIES.md does not say why %s is there", name)
		}
	}
	if n == 0 {
		t.Error("go.mod requires nothing")
	}
}
