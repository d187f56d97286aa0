package config_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/config"
)

var update = flag.Bool("update", false, "rewrite config.toml and docs/CONFIG.md")

func TestCommittedFilesAreTheTable(t *testing.T) {
	for name, want := range map[string]string{
		"../config.toml":    config.Template(),
		"../docs/CONFIG.md": config.Reference(),
	} {
		if *update {
			if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is not what the table of keys makes; run: go test ./config -update", name)
		}
	}
}

// The file a fresh clone brings along changes nothing.
func TestTemplateIsTheDefault(t *testing.T) {
	c, err := load(t, map[string]string{"config.toml": config.Template()})
	if err != nil {
		t.Fatal(err)
	}
	want := config.Default()
	for i := range config.Keys {
		k := &config.Keys[i]
		if got := c.Source(k.Name); got.File != "config.toml" {
			t.Errorf("config.toml does not set %s", k.Name)
		}
	}
	if got, want := settings(c), settings(want); got != want {
		t.Errorf("config.toml gives\n%s\nthe defaults are\n%s", got, want)
	}
	for i, line := range strings.Split(config.Template(), "\n") {
		if len(line) > 100 {
			t.Errorf("config.toml:%d is %d columns wide", i+1, len(line))
		}
	}
}
