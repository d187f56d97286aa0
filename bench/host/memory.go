package host

import (
	"bufio"
	"fmt"
	"os"
)

// MemoryPeak returns the most memory this process had resident, in bytes.
func MemoryPeak() int64 { return MemoryPeakOf(os.Getpid()) }

// MemoryPeakOf returns the same of the process with that id, 0 if there is none.
func MemoryPeakOf(pid int) int64 {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	defer file.Close()
	var kib int64
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), "VmHWM: %d kB", &kib); err == nil {
			break
		}
	}
	return kib << 10
}
