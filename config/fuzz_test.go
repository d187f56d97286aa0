package config_test

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/aerodb/aerodb/config"
	"github.com/aerodb/aerodb/engine/dberr"
)

var sizeText = regexp.MustCompile(`^([0-9]+)( ?)(GiB|MiB|KiB|GB|MB|KB|B|)$`)

var sizeUnits = map[string]int64{"GiB": 1 << 30, "MiB": 1 << 20, "KiB": 1 << 10, "GB": 1e9, "MB": 1e6, "KB": 1e3, "B": 1, "": 1}

// slowSize reads a size by the grammar and in integers of any length.
func slowSize(text string) (int64, bool) {
	m := sizeText.FindStringSubmatch(text)
	if m == nil || m[2] == " " && m[3] == "" {
		return 0, false
	}
	n, _ := new(big.Int).SetString(m[1], 10)
	n.Mul(n, big.NewInt(sizeUnits[m[3]]))
	return n.Int64(), n.IsInt64()
}

// FuzzSize: a size is what the grammar says, exact or refused, and is written so that
// it reads back.
func FuzzSize(f *testing.F) {
	f.Add("64MiB", int64(64<<20))
	f.Fuzz(func(t *testing.T, text string, n int64) {
		got, err := config.ParseSize(text)
		want, ok := slowSize(text)
		if (err == nil) != ok || err == nil && got != want {
			t.Fatalf("%q is %d, %v; want %d, %v", text, got, err, want, ok)
		}
		if n >= 0 {
			if back, err := config.ParseSize(config.FormatSize(n)); err != nil || back != n {
				t.Fatalf("%d is written %q, which reads %d, %v", n, config.FormatSize(n), back, err)
			}
		}
	})
}

// FuzzEnvironment: a variable sets its key to what the file would set it to, or is
// refused with a code and by its name; one without our prefix is nobody's business.
func FuzzEnvironment(f *testing.F) {
	f.Add("AERODB_WAL_MAX_SIZE", "2MiB")
	f.Fuzz(func(t *testing.T, name, value string) {
		if strings.ContainsAny(name, "=\x00") || name == "" || strings.ContainsRune(value, 0) {
			return // no environment holds it
		}
		c, err := load(t, nil, name+"="+value)
		key := keyOf(name)
		switch {
		case !strings.HasPrefix(name, "AERODB_"):
			if err != nil || settings(c) != settings(config.Default()) {
				t.Fatalf("%s=%q: %v", name, value, err)
			}
			return
		case err != nil:
			code := dberr.CodeOf(err)
			if code != dberr.ConfigInvalid && code != dberr.ConfigUnsafe || !strings.Contains(err.Error(), name) {
				t.Fatalf("%s=%q: %v", name, value, err)
			}
			return
		case key == nil:
			t.Fatalf("%s=%q is no key and passed", name, value)
		}
		if c.Source(key.Name).Variable != name {
			t.Fatalf("%s=%q: %s is from %v", name, value, key.Name, c.Source(key.Name))
		}
		if text, ok := asTOML(key, value); ok {
			same, err := load(t, map[string]string{"config.toml": text})
			if err != nil || settings(same) != settings(c) {
				t.Fatalf("%s=%q sets %s, the file %q sets %v, %v", name, value, settings(c), text, same, err)
			}
		}
	})
}

func keyOf(variable string) *config.Key {
	for i := range config.Keys {
		if config.Keys[i].Variable() == variable {
			return &config.Keys[i]
		}
	}
	return nil
}

// asTOML writes a key and the text of its value as a file would have it.
func asTOML(key *config.Key, value string) (string, bool) {
	var b strings.Builder
	var v any = value
	switch key.Kind {
	case config.Int:
		var n int64
		if _, err := fmt.Sscanf(value, "%d", &n); err != nil {
			return "", false
		}
		v = n
	case config.List:
		list := []string{}
		if value != "" {
			list = strings.Split(value, ",")
		}
		v = list
	}
	section, name := key.Section()
	tree := map[string]any{name: v}
	if section != "" {
		tree = map[string]any{section: tree}
	}
	err := toml.NewEncoder(&b).Encode(tree)
	var back map[string]any
	if _, derr := toml.Decode(b.String(), &back); derr != nil {
		return "", false // TOML cannot hold it: bytes that are no UTF-8
	}
	return b.String(), err == nil
}

// FuzzFile: a file that is taken is TOML, of known keys only, and says what a
// plain TOML decoder reads; one that is refused is refused at a line it has.
func FuzzFile(f *testing.F) {
	f.Add("data_dir = \"x\"\n[wal]\nmax_size = \"1MiB\"\n[snapshots]\nkeep = 3\n")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 300 {
			return // finding lines is quadratic
		}
		c, err := load(t, map[string]string{"config.toml": text})
		var want struct {
			DataDir *string `toml:"data_dir"`
			WAL     struct {
				OnFull *string `toml:"on_full"`
			}
			Snapshots struct{ Keep *int }
			Startup   struct {
				Verify  *string
				Scripts *[]string
			}
			Limits struct {
				QueryLimit *int `toml:"query_limit"`
			}
			Shell struct{ Prompt *string }
			Log   struct{ Level *string }
		}
		_, slow := toml.Decode(text, &want)
		if err != nil {
			checkLine(t, text, err)
			return
		}
		if slow != nil {
			t.Fatalf("%q passed: %v", text, slow)
		}
		d := config.Default()
		for _, pair := range [][2]any{
			{c.DataDir, or(want.DataDir, d.DataDir)}, {c.WAL.OnFull, or(want.WAL.OnFull, d.WAL.OnFull)}, {c.Snapshots.Keep, or(want.Snapshots.Keep, d.Snapshots.Keep)},
			{c.Startup.Verify, or(want.Startup.Verify, d.Startup.Verify)}, {strings.Join(c.Startup.Scripts, "\x00"), strings.Join(or(want.Startup.Scripts, d.Startup.Scripts), "\x00")},
			{c.Limits.QueryLimit, or(want.Limits.QueryLimit, d.Limits.QueryLimit)}, {c.Shell.Prompt, or(want.Shell.Prompt, d.Shell.Prompt)}, {c.Log.Level, or(want.Log.Level, d.Log.Level)},
		} {
			if pair[0] != pair[1] {
				t.Fatalf("%q: got %v, want %v", text, pair[0], pair[1])
			}
		}
	})
}

func or[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}

// checkLine fails the test unless the error is of a line of the file.
func checkLine(t *testing.T, text string, err error) {
	t.Helper()
	e := dberr.From(err)
	if e.Code != dberr.ConfigInvalid && e.Code != dberr.ConfigUnsafe {
		t.Fatalf("%q: %v", text, err)
	}
	for _, d := range e.Details {
		if d.Key == "line" {
			if n := d.Value.(int64); n < 1 || n > int64(strings.Count(text, "\n")+1) {
				t.Fatalf("%q: line %d: %v", text, n, err)
			}
			return
		}
	}
	t.Fatalf("%q: %v names no line: %v", text, err, e.Details)
}
