package config

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/aerodb/aerodb/engine/dberr"
)

// FileName is the name of the configuration file in the working directory.
const FileName = "config.toml"

// Config is a whole, checked configuration. The table Keys says what each
// member means and why one would change it.
type Config struct {
	DataDir   string
	WAL       WAL
	Snapshots Snapshots
	Memory    Memory
	Startup   Startup
	Scripts   Scripts
	Limits    Limits
	Shell     Shell
	Log       Log

	sources map[string]Source
	values  map[string]value // of each key
	file    *file            // nil if no file was read
}

// WAL is the table [wal]; sizes are bytes.
type WAL struct {
	MaxSize int64
	OnFull  string // "checkpoint" or "reject"
}

// Snapshots is the table [snapshots].
type Snapshots struct{ Keep int }

// Memory is the table [memory]; sizes are bytes.
type Memory struct{ CacheSize int64 }

// Startup is the table [startup].
type Startup struct {
	Verify  string // "quick" or "full"
	Scripts []string
}

// Scripts is the table [scripts].
type Scripts struct{ Path []string }

// Limits is the table [limits]; sizes are bytes.
type Limits struct{ DocumentSize, QueryLimit int }

// Shell is the table [shell]; sizes are bytes.
type Shell struct {
	Prompt, HistoryFile, OutputFormat, Pager string
	MemoryLimit                              int64
}

// Log is the table [log].
type Log struct {
	Level, Format, File string
	SlowMS              int // milliseconds; 0 is off
}

// Inputs is all that a configuration is made from.
type Inputs struct {
	File    string                             // what --config names; "" looks for config.toml in the working directory
	Open    func(name string) (fs.File, error) // opens a file for reading
	Environ []string                           // NAME=value, as os.Environ gives it
	Flags   map[string]string                  // the flags that were given, without dashes
}

// A Source says where a value came from.
type Source struct {
	Flag     string // the flag, without dashes
	Variable string // the environment variable
	File     string // the file
	Line     int    // the line in File, from 1
}

// String returns the source as one would point to it: "--data-dir",
// "AERODB_DATA_DIR", "config.toml:3" or "default".
func (s Source) String() string {
	switch {
	case s.Flag != "":
		return "--" + s.Flag
	case s.Variable != "":
		return s.Variable
	case s.File != "":
		return fmt.Sprintf("%s:%d", s.File, s.Line)
	}
	return "default"
}

// Default returns the configuration of an empty environment without a file.
func Default() *Config {
	c := &Config{sources: make(map[string]Source), values: make(map[string]value)}
	for i := range Keys {
		k := &Keys[i]
		if err := c.setText(k, k.Default, Source{}); err != nil {
			panic("config: the default of " + k.Name + " does not fit: " + err.Error())
		}
	}
	return c
}

// Load reads the configuration. Errors are AERO_CONFIG_INVALID,
// AERO_CONFIG_UNSAFE and AERO_CONFIG_IO_FAILED.
func Load(in Inputs) (*Config, error) {
	c := Default()
	f, err := readFile(in)
	if err != nil {
		return nil, err
	}
	if f != nil {
		c.file = f
		if err := c.applyFile(f); err != nil {
			return nil, err
		}
	}
	if err := c.applyEnviron(in.Environ); err != nil {
		return nil, err
	}
	return c, c.applyFlags(in.Flags)
}

// applyFlags sets the keys that have a flag which was given.
func (c *Config) applyFlags(flags map[string]string) error {
	for i := range Keys {
		k := &Keys[i]
		text, ok := flags[k.Flag]
		if k.Flag == "" || !ok {
			continue
		}
		if err := c.setText(k, text, Source{Flag: k.Flag}); err != nil {
			return err
		}
	}
	return nil
}

// Given reports whether a key has a value that is not the default's: from a flag, the
// environment or the file. It is cheap, which Source is not.
func (c *Config) Given(name string) bool { return c.sources[name] != (Source{}) }

// Source says where the value of a key came from. To find the line of the file it reads
// the file again and again.
func (c *Config) Source(name string) Source {
	s := c.sources[name]
	if s.File != "" {
		s.Line = c.file.line(name)
	}
	return s
}

// File returns the name of the file that was read, "" if none was.
func (c *Config) File() string {
	if c.file == nil {
		return ""
	}
	return c.file.name
}

// put stores a checked value.
func (c *Config) put(k *Key, v value) {
	k.set(c, v)
	c.values[k.Name] = v
}

// Text returns the value of a key as one would write it into the environment.
func (c *Config) Text(k *Key) string {
	switch v := c.values[k.Name]; k.Kind {
	case Size:
		return FormatSize(v.n)
	case Int:
		return strconv.FormatInt(v.n, 10)
	case List:
		return strings.Join(v.list, ",")
	default:
		return v.text
	}
}

// setText checks a value given as text and stores it.
func (c *Config) setText(k *Key, text string, from Source) error {
	v, err := k.parse(text)
	if err == nil {
		err = k.check(v)
	}
	if err != nil {
		return place(err, k, from)
	}
	c.put(k, v)
	if from != (Source{}) {
		c.sources[k.Name] = from
	}
	return nil
}

// place says in an error about a value where that value stands.
func place(err *dberr.Error, k *Key, from Source) error {
	switch {
	case from.File != "":
		err.Path = from.String()
		err.Message = k.Name + " = " + err.Message
		return err.With("file", from.File).With("line", int64(from.Line)).With("key", k.Name)
	case from.Variable != "":
		err.Message = "the environment variable " + from.Variable + " = " + err.Message
	default:
		err.Message = "the flag --" + from.Flag + " = " + err.Message
	}
	return err.With("key", k.Name)
}
