// Package openmetrics has the official parsers read what `aerodb stats --format
// openmetrics` prints. It is a module of its own, so that their dependencies are none of
// AeroDB's.
package openmetrics

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/promql/parser"
)

// printed makes a database with something of everything and returns its metrics.
func printed(t *testing.T) []byte {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "aerodb")
	build := exec.Command("go", "build", "-o", program, "./cmd/aerodb")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	examples := filepath.Join(root, "cmd/aerodb/testdata/examples")
	var out []byte
	for _, line := range []string{
		"init", "schema apply " + examples + "/quake.json", "import quake v1 " + examples + "/earthquakes.jsonl",
		"checkpoint", "backup --output b.tar", "drill --input b.tar", "verify", "stats --format openmetrics",
	} {
		cmd := exec.Command(program, strings.Fields(line)...)
		cmd.Dir, cmd.Stderr = dir, os.Stderr
		cmd.Env = append(os.Environ(), "AERODB_WAL_MAX_SIZE=64KiB", "AERODB_LOG_LEVEL=warn")
		if out, err = cmd.Output(); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	return out
}

func TestParsed(t *testing.T) {
	text := printed(t)
	t.Run("textfile collector", func(t *testing.T) {
		collector := expfmt.NewTextParser(model.LegacyValidation)
		families, err := collector.TextToMetricFamilies(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for name, family := range families {
			if len(family.Metric) == 0 || !strings.HasPrefix(name, "aerodb_") {
				t.Errorf("%s has %d samples", name, len(family.Metric))
			}
			for _, m := range family.Metric {
				if m.TimestampMs != nil {
					t.Errorf("%s has a time, which a textfile collector refuses", name)
				}
			}
		}
		if len(families) < 15 {
			t.Errorf("only %d families", len(families))
		}
	})
	t.Run("OpenMetrics", func(t *testing.T) {
		p := textparse.NewOpenMetricsParser(text, labels.NewSymbolTable())
		samples := 0
		for {
			entry, err := p.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if entry == textparse.EntrySeries {
				samples++
			}
		}
		if samples < 20 {
			t.Errorf("only %d samples", samples)
		}
	})
}

// The alert rules are rules, and what the dashboard asks for are expressions.
func TestRulesAndDashboard(t *testing.T) {
	p := parser.NewParser(parser.Options{})
	groups, errs := rulefmt.ParseFile("../../docs/observability/alerts.yml", false, model.LegacyValidation, p, slog.New(slog.DiscardHandler))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if len(groups.Groups) != 1 || len(groups.Groups[0].Rules) < 8 {
		t.Errorf("%d groups", len(groups.Groups))
	}
	text, err := os.ReadFile("../../docs/observability/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			if _, err := p.ParseExpr(target.Expr); err != nil {
				t.Errorf("%s: %v", target.Expr, err)
			}
		}
	}
}
