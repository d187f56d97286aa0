package host

import (
	"bufio"
	"fmt"
	"os"
)

// MemoryPeak returns the most memory this process had resident, in bytes.
func MemoryPeak() int64 {
	file, err := os.Open("/proc/self/status")
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
