package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// mountTmpfs mounts a file system of that size in memory, or skips the test.
func mountTmpfs(t *testing.T, dir, size string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("SKIPPED, it needs root: mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// resize gives a mounted tmpfs another size.
func resize(t *testing.T, dir, size string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size="+size); err != nil {
		t.Fatal(err)
	}
}

var codeOf = regexp.MustCompile(`"code":"(AERO_[A-Z_]+)"`)

// writeUntilRefused writes until a write is refused, and returns the code.
func (v *victim) writeUntilRefused(p *process) (code string) {
	v.Helper()
	for range 5_000 {
		next, request := v.someWrite()
		fmt.Fprintln(p.stdin, request)
		answer := p.line(v.T)
		if m := codeOf.FindStringSubmatch(answer); m != nil {
			return m[1]
		}
		if answer != okAnswer {
			v.Fatalf("answered %s", answer)
		}
		v.now = next
	}
	v.Fatalf("5000 writes and the disk is not full, %d documents", len(v.now))
	return ""
}

// worksWithoutRoom checks everything that needs no room.
func (v *victim) worksWithoutRoom(when string) {
	v.Helper()
	for _, args := range [][]string{
		{"stats"}, {"digest"}, {"snapshot", "list"}, {"verify"}, {"stats", "--read-only"},
		{"request", "queries.jsonl"}, {"export", "x", "v1", "out.jsonl", "--yes", "--quiet"},
	} {
		code, stdout, stderr := run(v.T, v.dir, args...)
		if code != 0 || args[0] == "verify" && !strings.Contains(stdout, fmt.Sprintf(" %d documents", len(v.now))) {
			v.Errorf("%s, %v: exit code %d\n%s%s", when, args, code, stdout, stderr)
		}
	}
}

// A disk that is full: the write is refused with its code, nothing that was
// acknowledged is lost, whatever needs no room works, and so does all once there is
// room. The disk has every size from one that hardly holds an empty database.
func TestFullDisk(t *testing.T) {
	v := newVictim(t)
	refused := map[string]int{}
	step := 144
	if testing.Short() {
		step *= 4
	}
	for kib := 160; kib <= 1024; kib += step {
		v.dir, v.now, v.serial = t.TempDir(), state{}, 0
		data := filepath.Join(v.dir, "data")
		mountTmpfs(t, data, fmt.Sprintf("%dk", kib))
		v.file("queries.jsonl", `{"op":"query","schema_id":"x","schema_version":"v1","filter":{"n":{"$gte":0}},"sort":"n","limit":10}`+"\n")
		must(t, v.dir, "init")
		v.define("x", 1)
		p := start(t, v.dir, "request")
		refused[v.writeUntilRefused(p)]++
		if code := v.writeUntilRefused(p); code != "AERO_STORAGE_NO_SPACE" { // smaller ones may fit
			t.Errorf("%d KiB: then refused with %s", kib, code)
		}
		p.stdin.Close()
		if code := p.exit(t); code != 1 {
			t.Errorf("%d KiB: exit code %d\n%s", kib, code, p.stderr.String())
		}
		v.worksWithoutRoom(fmt.Sprintf("%d KiB", kib))
		v.owed("full disk", v.now)
		v.ballast(data, kib)
		resize(t, data, "16m")
		v.settle(40)
		must(t, v.dir, "checkpoint")
		v.owed("after there was room", v.now)
	}
	if refused["AERO_STORAGE_NO_SPACE"] == 0 || len(refused) != 1 {
		t.Errorf("refused with %v", refused)
	}
}

var snapshotID = regexp.MustCompile(`[0-9]{8}T[0-9]{6}Z-[0-9]+`)

// ballast takes the last byte, kills a process that has the database open, and lets
// the next one recover without any room.
func (v *victim) ballast(data string, kib int) {
	v.Helper()
	resize(v.T, data, "16m")
	p := start(v.T, v.dir, "request")
	v.write(p, 10)
	fill := filepath.Join(data, "ballast")
	if err := os.WriteFile(fill, make([]byte, 64<<10), 0o600); err != nil {
		v.Fatal(err)
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(data, &st); err != nil {
		v.Fatal(err)
	}
	resize(v.T, data, fmt.Sprint((int64(st.Blocks)-int64(st.Bfree))*st.Bsize))
	p.Process.Kill()
	p.exit(v.T)
	when := fmt.Sprintf("%d KiB and a ballast", kib)
	v.worksWithoutRoom(when)
	if ids := snapshotID.FindAllString(must(v.T, v.dir, "snapshot", "list"), -1); len(ids) > 1 {
		must(v.T, v.dir, "snapshot", "remove", ids[0])
	}
	if err := os.Remove(fill); err != nil {
		v.Fatal(err)
	}
	v.owed(when, v.now)
}

// A limit on the size of files is a full disk that needs no mount: below what the log has
// laid out a record cannot be written, nor taken back, and the database fails; above it the
// log cannot grow, or a checkpoint finds no room, and the write is refused.
func TestFileSizeLimit(t *testing.T) {
	v := newVictim(t)
	for _, c := range []struct {
		limit uint64
		code  string
		then  string
	}{
		{3_000, "AERO_WAL_APPEND_FAILED", "AERO_DATABASE_FAILED"},
		{40_000, "AERO_STORAGE_NO_SPACE", "AERO_STORAGE_NO_SPACE"},
		{65_536, "AERO_STORAGE_NO_SPACE", "AERO_STORAGE_NO_SPACE"},
	} {
		v.born()
		p := start(t, v.dir, "request")
		v.write(p, 1)
		if err := unix.Prlimit(p.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: c.limit, Max: c.limit}, nil); err != nil {
			t.Skipf("SKIPPED: prlimit: %v", err)
		}
		if code := v.writeUntilRefused(p); code != c.code {
			t.Errorf("limit %d: refused with %s", c.limit, code)
		}
		if code := v.writeUntilRefused(p); code != c.then {
			t.Errorf("limit %d: then refused with %s", c.limit, code)
		}
		p.stdin.Close()
		if code := p.exit(t); code != 1 {
			t.Errorf("limit %d: exit code %d\n%s", c.limit, code, p.stderr.String())
		}
		v.owed("file size limit", v.now)
		v.settle(40)
		v.owed("without the limit", v.now)
	}
}

// A sync that really fails: a file system whose disk has less room than it promised.
// What was acknowledged before is there; no work is done until the database is opened
// again.
//
// A record is one sector here, so that no write begins where there is room and ends
// where there is none: the loop device takes such a half write for a whole one and says
// nothing, which no program can survive.
func TestSyncThatFails(t *testing.T) {
	v := newVictim(t)
	v.dir, v.now, v.padMax = t.TempDir(), state{}, 1
	small, data := filepath.Join(v.dir, "small"), filepath.Join(v.dir, "data")
	image := overcommit(t, small, data)
	must(t, v.dir, "init")
	v.define("x", 1)
	shrink(t, small, image)
	p := start(t, v.dir, "request")
	code := v.writeUntilRefused(p)
	if then := v.writeUntilRefused(p); code != "AERO_WAL_FSYNC_FAILED" || then != "AERO_DATABASE_FAILED" {
		t.Errorf("refused with %s, then %s\n%s", code, then, p.stderr.String())
	}
	p.stdin.Close()
	if code := p.exit(t); code != 1 {
		t.Errorf("exit code %d\n%s", code, p.stderr.String())
	}
	if len(v.now) == 0 {
		t.Error("nothing was acknowledged before")
	}
	v.afterFailedSync(small, data, image)
}

// overcommit mounts a file system of 64 MiB at data, whose image lies in small, or skips
// the test.
func overcommit(t *testing.T, small, data string) (image string) {
	t.Helper()
	mountTmpfs(t, small, "100m")
	image = filepath.Join(small, "image")
	for _, command := range [][]string{
		{"truncate", "-s", "64M", image},
		{"mkfs.ext4", "-q", "-b", "4096", "-O", "^has_journal", "-E", "lazy_itable_init=0,nodiscard", image},
		{"mkdir", "-p", data},
		{"mount", "-o", "loop", image, data},
	} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Skipf("SKIPPED, it needs root, mkfs.ext4 and a loop device: %v: %v: %s", command, err, out)
		}
	}
	t.Cleanup(func() { syscall.Unmount(data, syscall.MNT_DETACH) })
	if err := os.Remove(filepath.Join(data, "lost+found")); err != nil {
		t.Fatal(err)
	}
	return image
}

// shrink takes away the blocks of the image that are zeros, so also those of the log,
// and leaves no room for others.
func shrink(t *testing.T, small, image string) {
	t.Helper()
	unix.Sync()
	if out, err := exec.Command("fallocate", "--dig-holes", image).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED, it needs fallocate: %v: %s", err, out)
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(small, &st); err != nil {
		t.Fatal(err)
	}
	resize(t, small, fmt.Sprint((int64(st.Blocks)-int64(st.Bfree))*st.Bsize))
}

// afterFailedSync makes room, makes the system forget what it only had in memory, and
// checks that all that was acknowledged is there.
func (v *victim) afterFailedSync(small, data, image string) {
	v.Helper()
	if err := syscall.Unmount(data, 0); err != nil {
		v.Fatal(err)
	}
	resize(v.T, small, "100m")
	// The file system itself may have lost blocks that it could not write.
	_ = exec.Command("e2fsck", "-fy", image).Run() // says that it repaired by its exit code
	if out, err := exec.Command("mount", "-o", "loop", image, data).CombinedOutput(); err != nil {
		v.Fatalf("%v: %s", err, out)
	}
	if err := os.RemoveAll(filepath.Join(data, "lost+found")); err != nil {
		v.Fatal(err)
	}
	found, _ := v.open("a failed sync", false)
	extra := len(found)
	for k, document := range v.now {
		if found[k] != document {
			v.Errorf("%s was acknowledged and is %q", k, found[k])
		}
	}
	if extra -= len(v.now); extra > 1 {
		v.Errorf("%d documents more than were acknowledged", extra)
	}
	v.now = found
	v.settle(40)
	v.owed("after a failed sync", v.now)
}
