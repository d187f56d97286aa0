package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// pinnedProgram is the program with its main goroutine on one thread, so that the
// system calls of its work can be counted.
const pinnedProgram = "aerodb-pinned"

func init() {
	if filepath.Base(os.Args[0]) == pinnedProgram {
		runtime.LockOSThread()
	}
}

// The test binary is the program: scripts run it by its name.
func TestMain(m *testing.M) {
	// With -race, each program would sleep a second before it ends.
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	testscript.Main(m, map[string]func(){"aerodb": main, pinnedProgram: main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "unchanged": unchanged, "damage": damage, "frozen": frozen,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("AERODB_WAL_MAX_SIZE", "64KiB") // creating 64 MiB of log for each script takes long
			env.Setenv("AERODB_LOG_LEVEL", "warn")
			env.Setenv("GORACE", os.Getenv("GORACE"))
			scripts, err := filepath.Abs("../../scripts")
			if err != nil {
				return err
			}
			env.Setenv("SCRIPTS", scripts)
			return os.MkdirAll(filepath.Join(env.WorkDir, "tmp"), 0o777)
		},
	})
}
