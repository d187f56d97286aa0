// Package openmetrics has the official parsers read what `aerodb stats --format
// openmetrics` prints. It is a module of its own, so that their dependencies are none of
// AeroDB's.
package openmetrics

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
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
		parser := expfmt.NewTextParser(model.LegacyValidation)
		families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
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
