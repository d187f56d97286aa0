package command

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"testing"
)

var (
	metricUsed = regexp.MustCompile(`\baerodb_[a-z_]+\b`)
	commandOf  = regexp.MustCompile(`(?m)^ +command: "aerodb ([a-z]+)`)
)

// The alert rules and the dashboard ask for metrics that there are, and the dashboard for
// all of them. That the rules are rules is for internal/openmetrics, which has the
// official parser.
func TestAlertsAndDashboard(t *testing.T) {
	var known []string
	for _, m := range metrics(look{}) {
		known = append(known, m.name+suffixes[m.kind])
	}
	const dir = "../../../docs/observability/"
	for _, file := range []string{"alerts.yml", "dashboard.json"} {
		text, err := os.ReadFile(dir + file)
		if err != nil {
			t.Fatal(err)
		}
		used := metricUsed.FindAllString(string(text), -1)
		for _, name := range used {
			if !slices.Contains(known, name) {
				t.Errorf("%s asks for %s, which there is not", file, name)
			}
		}
		if file == "alerts.yml" {
			checkCommands(t, string(text))
			continue
		}
		for _, name := range known {
			if !slices.Contains(used, name) {
				t.Errorf("%s does not show %s", file, name)
			}
		}
		checkDashboard(t, text)
	}
}

// checkCommands looks whether the commands of the alerts are commands.
func checkCommands(t *testing.T, text string) {
	root := (&app{env: &Env{}, out: &output{}}).root()
	found := commandOf.FindAllStringSubmatch(text, -1)
	for _, m := range found {
		if cmd, _, err := root.Find([]string{m[1]}); err != nil || cmd == root {
			t.Errorf("an alert names the command %q", m[1])
		}
	}
	if len(found) < 5 {
		t.Errorf("only %d alerts name a command", len(found))
	}
}

// checkDashboard looks whether panels have ids of their own, places that do not overlap
// and something to show.
func checkDashboard(t *testing.T, text []byte) {
	var d struct {
		Title, UID    string
		SchemaVersion int
		Panels        []struct {
			ID          int
			Type, Title string
			GridPos     struct{ X, Y, W, H int }
			Targets     []struct{ RefID, Expr string }
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if d.Title == "" || d.UID == "" || d.SchemaVersion == 0 || len(d.Panels) < 8 {
		t.Errorf("the dashboard has title %q, uid %q and %d panels", d.Title, d.UID, len(d.Panels))
	}
	taken := map[[2]int]string{}
	ids := map[int]bool{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.Type == "" || p.Title == "" || len(p.Targets) == 0 || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("panel %+v", p)
		}
		ids[p.ID] = true
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if other := taken[at]; other != "" {
					t.Fatalf("%q lies over %q", p.Title, other)
				}
				taken[at] = p.Title
			}
		}
	}
}
