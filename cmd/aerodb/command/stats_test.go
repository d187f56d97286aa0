package command

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aerodb/aerodb/engine"
)

func TestBar(t *testing.T) {
	for _, c := range []struct {
		used, bound int64
		want        string
	}{
		{0, 100, "[                    ]   0% 0 B"},
		{50, 100, "[##########          ]  50% 50 B"},
		{100, 100, "[####################] 100% 100 B"},
		{250, 100, "[####################] 250% 250 B"}, // a bound that was lowered since
		{0, 0, "[                    ]   0% 0 B"},
	} {
		if got := bar(c.used, c.bound); got != c.want {
			t.Errorf("bar(%d, %d) = %q, want %q", c.used, c.bound, got, c.want)
		}
	}
}

func TestSparkline(t *testing.T) {
	many := make([]int64, 40)
	for i := range many {
		many[i] = int64(i)
	}
	for _, c := range []struct {
		numbers []int64
		want    string
	}{
		{nil, ""}, {[]int64{7}, ""}, {[]int64{0, 0}, "  ▁▁"}, {[]int64{1, 2, 4, 8}, "  ▁▂▄█"}, {[]int64{8, 8}, "  ██"},
		{many, "  ▅▅▅▅▆▆▆▆▆▆▇▇▇▇▇█"},
	} {
		if got := sparkline(c.numbers); got != c.want {
			t.Errorf("sparkline(%v) = %q, want %q", c.numbers, got, c.want)
		}
	}
}

func TestAgeText(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Hour: "0 s", 59 * time.Second: "59 s", time.Minute: "1 min", 119 * time.Minute: "119 min",
		2 * time.Hour: "2 h", 47 * time.Hour: "47 h", 48 * time.Hour: "2 days",
	} {
		if got := ageText(d); got != want {
			t.Errorf("ageText(%v) = %q, want %q", d, got, want)
		}
	}
}

var metricName = regexp.MustCompile(`^aerodb_[a-z]+(_[a-z]+)*$`)

// Every metric is named after its unit, and docs/OBSERVABILITY.md lists each, and no other.
func TestMetricsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../../docs/OBSERVABILITY.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		if rest, found := strings.CutPrefix(line, "| `aerodb_"); found {
			name, _, _ := strings.Cut(rest, "`")
			listed["aerodb_"+strings.TrimRight(strings.SplitN(name, "{", 2)[0], " ")] = true
		}
	}
	for _, m := range metrics(look{stats: engine.Stats{}}) {
		name := m.name + suffixes[m.kind]
		if !listed[name] {
			t.Errorf("the page does not list %s", name)
		}
		delete(listed, name)
		if !metricName.MatchString(m.name) || !strings.HasSuffix(m.name, m.unit) || !strings.HasSuffix(m.help, ".") {
			t.Errorf("%+v", m)
		}
	}
	for name := range listed {
		t.Errorf("the page lists %s, which there is not", name)
	}
}
