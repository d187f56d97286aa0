package main

import (
	"bufio"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// A Machine is where it ran. Load is the load average of a minute.
type Machine struct {
	Go, OS, Kernel, CPU, Memory, FileSystem string
	Cores                                   int
	LoadBefore, LoadAfter                   string
}

func machine(dir string) Machine {
	return Machine{
		Go: runtime.Version(), OS: runtime.GOOS + "/" + runtime.GOARCH, Kernel: output("uname", "-r"),
		CPU: field("/proc/cpuinfo", "model name"), Memory: field("/proc/meminfo", "MemTotal"),
		FileSystem: output("stat", "-f", "-c", "%T", dir), Cores: runtime.NumCPU(), LoadBefore: load(),
	}
}

// output returns what a command prints, or nothing: what a machine does not tell is left
// out.
func output(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func load() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(data), " ")
	return first
}

// field returns the value of the first line "name : value" of a file.
func field(file, name string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		key, value, found := strings.Cut(lines.Text(), ":")
		if found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// versions returns the version of each subject by its module or name.
func versions() map[string]string {
	v := map[string]string{"aerodb": output("git", "describe", "--always", "--dirty")}
	for line := range strings.Lines(output("go", "list", "-m", "-f", "{{.Path}} {{.Version}}",
		"github.com/mattn/go-sqlite3", "go.etcd.io/bbolt", "github.com/cockroachdb/pebble/v2", "github.com/dgraph-io/badger/v4", "github.com/tidwall/buntdb")) {
		path, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		v[path] = version
	}
	return v
}
