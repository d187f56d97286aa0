// Package host tells what machine a measurement ran on, and what a directory and a process
// take of it.
package host

import (
	"bufio"
	"fmt"
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

// Look describes this machine, whose disk holds dir.
func Look(dir string) Machine {
	return Machine{
		Go: runtime.Version(), OS: runtime.GOOS + "/" + runtime.GOARCH, Kernel: Output("uname", "-r"),
		CPU: field("/proc/cpuinfo", "model name"), Memory: field("/proc/meminfo", "MemTotal"),
		FileSystem: fileSystem(dir), Cores: runtime.NumCPU(), LoadBefore: Load(),
	}
}

func fileSystem(dir string) string { return Output("stat", "-f", "-c", "%T", dir) }

// WarnOfMemoryDisk says so if what holds dir may be no disk.
func WarnOfMemoryDisk(dir string) {
	if fs := fileSystem(dir); fs == "tmpfs" || fs == "ramfs" || fs == "overlayfs" {
		fmt.Fprintf(os.Stderr, "%s lies on %s, where a sync may cost nothing: choose a disk with -dir.\n", dir, fs)
	}
}

// Output returns what a command prints, or nothing: what a machine does not tell is left
// out.
func Output(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// Load returns the load average of a minute.
func Load() string {
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
