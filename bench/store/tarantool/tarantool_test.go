package tarantool

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/users"
	"golang.org/x/sys/unix"
)

// TestLogIsSynced looks at how the log is open that a write goes to, in a new database and
// in one that is opened again.
func TestLogIsSynced(t *testing.T) {
	if _, err := exec.LookPath(Program); err != nil {
		t.Skipf("%s is not installed: %v", Program, err)
	}
	dir := t.TempDir()
	for i := range 3 {
		opened, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		s := opened.(*Store)
		if err := s.Settle(); err != nil {
			t.Fatal(err)
		}
		if err := s.Insert(users.Make(i)); err != nil {
			t.Fatal(err)
		}
		flags, err := logFlags(s)
		if err != nil || flags&unix.O_SYNC != unix.O_SYNC {
			t.Errorf("opened %d times: flags of the log %#o, %v; want O_SYNC (%#o) among them", i+1, flags, err, unix.O_SYNC)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// logFlags returns the flags of the one log that the server has open.
func logFlags(s store.Served) (flags int, err error) {
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", s.Process()))
	if err != nil {
		return 0, err
	}
	found := 0
	for _, name := range names {
		if to, err := os.Readlink(name); err != nil || !strings.HasSuffix(to, ".xlog") {
			continue
		}
		info, err := os.ReadFile(strings.Replace(name, "/fd/", "/fdinfo/", 1))
		if err != nil {
			return 0, err
		}
		_, rest, _ := strings.Cut(string(info), "flags:")
		if _, err := fmt.Sscanf(rest, "%o", &flags); err != nil {
			return 0, err
		}
		found++
	}
	if found != 1 {
		return 0, fmt.Errorf("%d logs are open", found)
	}
	return flags, nil
}
