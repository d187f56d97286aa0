package config_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aerodb/aerodb/config"
	"github.com/aerodb/aerodb/engine/dberr"
)

// load reads a configuration from files in memory, with the given variables.
func load(t *testing.T, files map[string]string, environ ...string) (*config.Config, error) {
	t.Helper()
	return config.Load(config.Inputs{Open: opener(files), Environ: environ})
}

func opener(files map[string]string) func(string) (fs.File, error) {
	m := make(fstest.MapFS)
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m.Open
}

// settings prints what a configuration says, without where it is from.
func settings(c *config.Config) string {
	return fmt.Sprintf("%q %+v %+v %+v %+v %+v %+v %+v %+v",
		c.DataDir, c.WAL, c.Snapshots, c.Memory, c.Startup, c.Scripts, c.Limits, c.Shell, c.Log)
}

func TestDefaults(t *testing.T) {
	c, err := load(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `"./data" {MaxSize:67108864 OnFull:checkpoint} {Keep:2} {CacheSize:67108864} {Verify:quick Scripts:[]} {Path:[]}` +
		` {DocumentSize:16777216 QueryLimit:10000} {Prompt:aerodb>  HistoryFile: OutputFormat:auto Pager: MemoryLimit:1073741824} {Level:info Format:text File: SlowMS:0}`
	if got := settings(c); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if c.File() != "" {
		t.Errorf("File() = %q without a file", c.File())
	}
}

func TestPrecedence(t *testing.T) {
	text := "# mine\ndata_dir = \"file\"\nlog.level = \"error\"\n[wal]\nmax_size = \"1MiB\"\non_full = \"reject\"\n"
	c, err := config.Load(config.Inputs{
		Open:    opener(map[string]string{"config.toml": text}),
		Environ: []string{"HOME=/", "AERODB_WAL_MAX_SIZE=2MiB", "AERODB_DATA_DIR=env"},
		Flags:   map[string]string{"data-dir": "flag"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ key, got, want, from string }{
		{"data_dir", c.DataDir, "flag", "--data-dir"},
		{"wal.max_size", config.FormatSize(c.WAL.MaxSize), "2MiB", "AERODB_WAL_MAX_SIZE"},
		{"wal.on_full", c.WAL.OnFull, "reject", "config.toml:6"},
		{"log.level", c.Log.Level, "error", "config.toml:3"},
		{"log.format", c.Log.Format, "text", "default"},
	} {
		if from := c.Source(test.key).String(); test.got != test.want || from != test.from {
			t.Errorf("%s = %q from %s, want %q from %s", test.key, test.got, from, test.want, test.from)
		}
	}
}

func TestValues(t *testing.T) {
	text := `
shell = { prompt = "prod> ", history_file = "" }
startup.scripts = [
  "a.lua", # first
  "b.lua",
]
"memory".'cache_size' = 2097152
limits.document_size = "1MB"
`
	c, err := load(t, map[string]string{"config.toml": text}, "AERODB_SNAPSHOTS_KEEP=7")
	if err != nil {
		t.Fatal(err)
	}
	want := `"./data" {MaxSize:67108864 OnFull:checkpoint} {Keep:7} {CacheSize:2097152} {Verify:quick Scripts:[a.lua b.lua]} {Path:[]}` +
		` {DocumentSize:1000000 QueryLimit:10000} {Prompt:prod>  HistoryFile: OutputFormat:auto Pager: MemoryLimit:1073741824} {Level:info Format:text File: SlowMS:0}`
	if got := settings(c); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for key, line := range map[string]int{"shell.prompt": 2, "startup.scripts": 3, "memory.cache_size": 7, "limits.document_size": 8} {
		if got := c.Source(key).Line; got != line {
			t.Errorf("%s stands on line %d, not %d", key, line, got)
		}
	}
	c, err = load(t, nil, "AERODB_STARTUP_SCRIPTS=a.lua,b.lua")
	if err != nil || len(c.Startup.Scripts) != 2 {
		t.Errorf("a list in the environment: %v, %v", c, err)
	}
}

// Each mistake is named by file, line and key, with what was wanted.
func TestMistakesInTheFile(t *testing.T) {
	for _, test := range []struct{ text, code, message, hint string }{
		{"[wal]\nmax_sise = \"1MiB\"", "CONFIG_INVALID", "config.toml:2: wal.max_sise is not a key", "did you mean wal.max_size?"},
		{"max_size = \"1MiB\"", "CONFIG_INVALID", "config.toml:1: max_size is not a key", "did you mean wal.max_size?"},
		{"\n\n[wall]\n", "CONFIG_INVALID", "config.toml:3: wall is not a key", ""},
		{"\"wal.max_size\" = 1", "CONFIG_INVALID", `config.toml:1: "wal.max_size" is not a key`, ""},
		{"[[wal]]\nmax_size = 1", "CONFIG_INVALID", "config.toml:1: wal is a table of keys, not a list", "write the keys below a line: [wal]"},
		{"wal = 3", "CONFIG_INVALID", "config.toml:1: wal is a table of keys, not 3", "write the keys below a line: [wal]"},
		{"data_dir = 7", "CONFIG_INVALID", "config.toml:1: data_dir = 7: a path is wanted", ""},
		{"data_dir = \"\"", "CONFIG_INVALID", `config.toml:1: data_dir = "": a path is wanted`, ""},
		{"data_dir = \"a\\u0000b\"", "CONFIG_INVALID", "config.toml:1: data_dir = a text with a NUL character: a path is wanted", ""},
		{"data_dir.x = 1", "CONFIG_INVALID", "config.toml:1: data_dir.x is not a key", ""},
		{"snapshots.keep = \"2\"", "CONFIG_INVALID", `config.toml:1: snapshots.keep = "2": a whole number from 1 to 1000 is wanted`, ""},
		{"snapshots.keep = 2.5", "CONFIG_INVALID", "snapshots.keep = 2.5: a whole number", ""},
		{"log.file = 1979-05-27", "CONFIG_INVALID", "log.file = a date or time: a text is wanted", ""},
		{"startup.scripts = \"a.lua\"", "CONFIG_INVALID", `startup.scripts = "a.lua": a list of texts is wanted`, ""},
		{"startup.scripts = [1]", "CONFIG_INVALID", "startup.scripts = a list with 1 in it", ""},
		{"startup.scripts = [\"\"]", "CONFIG_INVALID", "startup.scripts = a list with an empty text in it", ""},
		{"[wal]\non_full = \"rejct\"", "CONFIG_INVALID", `config.toml:2: wal.on_full = "rejct": one of checkpoint, reject is wanted`, `did you mean "reject"?`},
		{"[wal]\nmax_size = \"64 megs\"", "CONFIG_INVALID", `wal.max_size = "64 megs": a size such as "64MiB", from 64KiB to 4GiB is wanted`, ""},
		{"[wal]\nmax_size = true", "CONFIG_INVALID", "wal.max_size = true: a size", ""},
		{"[wal]\nmax_size = \"63KiB\"", "CONFIG_UNSAFE", "config.toml:2: wal.max_size = 63KiB is outside its bounds: a size such as \"64MiB\", from 64KiB to 4GiB is wanted", ""},
		{"[wal]\nmax_size = \"5GiB\"", "CONFIG_UNSAFE", "wal.max_size = 5GiB is outside", ""},
		{"[wal]\nmax_size = -1", "CONFIG_UNSAFE", "wal.max_size = -1 is outside", ""},
		{"memory.cache_size = 1048575", "CONFIG_UNSAFE", "memory.cache_size = 1048575 is outside", ""},
		{"snapshots.keep = 0", "CONFIG_UNSAFE", "snapshots.keep = 0 is outside", ""},
		{"limits.document_size = \"65MiB\"", "CONFIG_UNSAFE", "limits.document_size = 65MiB is outside", ""},
		{"limits.query_limit = 0", "CONFIG_UNSAFE", "limits.query_limit = 0 is outside", ""},
		{"[wal]\nmax_size = \"1MiB\"\nmax_size = \"2MiB\"", "CONFIG_INVALID", "config.toml:3: not TOML: Key 'wal.max_size' has already been defined", ""},
		{"data_dir = data", "CONFIG_INVALID", "config.toml:1: not TOML: ", ""},
		{"\n[wal\n", "CONFIG_INVALID", "config.toml:2: not TOML: ", ""},
		{"data_dir = \"\xff\"", "CONFIG_INVALID", "config.toml:1: not TOML: ", ""},
		{strings.Repeat("#", 64<<10+1), "CONFIG_INVALID", "config.toml: the file is larger than 64KiB", ""},
	} {
		_, err := load(t, map[string]string{"config.toml": test.text})
		expect(t, test.text, err, test.code, test.message, test.hint)
	}
}

func TestMistakesInTheEnvironment(t *testing.T) {
	for _, test := range []struct{ entry, code, message, hint string }{
		{"AERODB_WAL_MAXSIZE=1MiB", "CONFIG_INVALID", "the environment variable AERODB_WAL_MAXSIZE sets no key", "did you mean AERODB_WAL_MAX_SIZE?"},
		{"AERODB_NONSENSE=1", "CONFIG_INVALID", "the environment variable AERODB_NONSENSE sets no key", "unset it; docs/CONFIG.md lists every variable"},
		{"AERODB_WAL_MAX_SIZE=", "CONFIG_INVALID", `the environment variable AERODB_WAL_MAX_SIZE = "": a size`, ""},
		{"AERODB_WAL_MAX_SIZE=1KiB", "CONFIG_UNSAFE", "the environment variable AERODB_WAL_MAX_SIZE = 1KiB is outside", ""},
		{"AERODB_SNAPSHOTS_KEEP=two", "CONFIG_INVALID", `the environment variable AERODB_SNAPSHOTS_KEEP = "two": a whole number`, ""},
		{"AERODB_LOG_LEVEL=loud", "CONFIG_INVALID", `the environment variable AERODB_LOG_LEVEL = "loud": one of`, ""},
	} {
		_, err := load(t, nil, test.entry)
		expect(t, test.entry, err, test.code, test.message, test.hint)
	}
}

func TestMistakesInFlags(t *testing.T) {
	in := config.Inputs{Open: opener(nil), Flags: map[string]string{"output-format": "jsn"}}
	_, err := config.Load(in)
	expect(t, "flag", err, "CONFIG_INVALID", `the flag --output-format = "jsn": one of auto, table, json, lua, csv, line is wanted`, `did you mean "json"?`)
}

func TestNamedFile(t *testing.T) {
	in := config.Inputs{File: "other.toml", Open: opener(map[string]string{"config.toml": "nonsense"})}
	_, err := config.Load(in)
	expect(t, "missing", err, "CONFIG_IO_FAILED", "other.toml: the configuration file cannot be read", "")

	in.Open = opener(map[string]string{"config.toml": "nonsense", "other.toml": "snapshots.keep = 9"})
	c, err := config.Load(in)
	if err != nil || c.Snapshots.Keep != 9 || c.File() != "other.toml" {
		t.Errorf("Load = %+v, %v", c, err)
	}

	// A directory in the file's place is there, and is not a file.
	_, err = load(t, map[string]string{"config.toml/x": ""})
	expect(t, "directory", err, "CONFIG_IO_FAILED", "config.toml: the configuration file cannot be read", "")
}

// expect checks an error's code, a part of its text, and its hint if one is given.
func expect(t *testing.T, what string, err error, code, message, hint string) {
	t.Helper()
	if len(what) > 60 {
		what = what[:60]
	}
	if err == nil {
		t.Errorf("%q: no error", what)
		return
	}
	e := dberr.From(err)
	if string(e.Code) != "AERO_"+code || !strings.Contains(e.Text(), message) {
		t.Errorf("%q: %v\nwant %s: ...%s...", what, err, code, message)
	}
	if hint != "" && e.Advice() != hint {
		t.Errorf("%q: hint %q, want %q", what, e.Advice(), hint)
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1": 1, "64MiB": 64 << 20, "64 MiB": 64 << 20, "1KiB": 1024, "2GiB": 2 << 30,
		"3KB": 3000, "4MB": 4e6, "5GB": 5e9, "7B": 7, "9223372036854775807": 1<<63 - 1,
	} {
		if got, err := config.ParseSize(text); got != want || err != nil {
			t.Errorf("ParseSize(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "+1", "1.5GiB", "64mib", "1  MiB", "1TiB", "0x10", "9223372036854775808", "8589934592GiB", " 1", "1 "} {
		if got, err := config.ParseSize(text); err == nil {
			t.Errorf("ParseSize(%q) = %d", text, got)
		}
	}
	for n, want := range map[int64]string{0: "0", 1: "1", 1024: "1KiB", 1 << 20: "1MiB", 3 << 30: "3GiB", 1536: "1536", 1000: "1000"} {
		if got := config.FormatSize(n); got != want {
			t.Errorf("FormatSize(%d) = %q, want %q", n, got, want)
		}
	}
}
