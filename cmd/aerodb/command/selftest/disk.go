package selftest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aerodb/aerodb/engine/vfs"
)

// doubts says what to know of a file system by its type, beside vfs.Statfs.Doubt.
var doubts = map[string]string{
	"tmpfs": inMemory, "ramfs": inMemory,
	"overlay": "a container's own layer goes with the container: put the database on a volume",
	"vfat":    foreign, "exfat": foreign, "ntfs": foreign, "ntfs3": foreign,
	"ecryptfs": "it lies on another file system, which decides what a sync is worth",
}

const (
	inMemory = "it is in memory: a power cut takes all of it"
	foreign  = "made for other systems: a crash may damage the file system itself"
)

// local are the types known to keep what they sync.
var local = []string{"ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "apfs", "ufs"}

// Below these, the disk soon has no room for a checkpoint.
const (
	freeWarnBytes   = 1 << 30
	freeWarnPercent = 5
	// scratchBytes is what the test itself takes at most.
	scratchBytes = 32 << 20
)

// statfs names the file system and looks at its room.
func (t *test) statfs() error {
	st, err := t.FS.Statfs(t.scratch)
	if err != nil {
		return vfs.Wrap(err, "selftest", t.scratch)
	}
	t.result.FileSystem = st.Type
	switch doubt := cmp.Or(st.Doubt(), doubts[st.Type]); {
	case doubt != "":
		t.verdict("file system", Warn, st.Type, doubt)
	case slices.Contains(local, st.Type):
		t.verdict("file system", OK, st.Type, "a local file system")
	default:
		t.verdict("file system", OK, st.Type, "not known to AeroDB; the other checks say what it can do")
	}
	measured := fmt.Sprintf("%s of %s", size(st.Free), size(st.Size))
	switch need := max(t.WALSize, scratchBytes); {
	case st.Free < need:
		t.verdict("free space", Fail, measured, fmt.Sprintf("a full log takes %s; this test %s", size(t.WALSize), size(scratchBytes)))
	case st.Free < freeWarnBytes || st.Free/(st.Size/100+1) < freeWarnPercent:
		t.verdict("free space", Warn, measured, "a checkpoint needs room for what it writes before it frees the old")
	default:
		t.verdict("free space", OK, measured, "room for the log and for checkpoints")
	}
	return nil
}

func size(n int64) string {
	if n < 1<<30 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}

const (
	syncsMax  = 200
	syncsTime = 2 * time.Second
	sectorMax = 512
	// syncPlausible is what no stable storage is quicker than: the write to the device
	// alone takes about 10 us on the fastest there are, and the calls come to that.
	syncPlausible = 10 * time.Microsecond
	syncSlow      = 50 * time.Millisecond
)

// syncs measures what every durable write costs: one sector into a file that is full
// already, and fdatasync.
func (t *test) syncs() {
	times, err := t.timeSyncs()
	if err != nil {
		t.verdict("fdatasync", Fail, vfs.Wrap(err, "selftest", "").Text(), "nothing can be made durable here")
		return
	}
	slices.Sort(times)
	median, slowest := times[len(times)/2], times[len(times)-1]
	t.result.Sync = median
	measured := fmt.Sprintf("median %s, slowest %s, of %d", us(median), us(slowest), len(times))
	switch {
	case median < syncPlausible:
		t.verdict("fdatasync", Warn, measured, "implausibly fast for stable storage: a power cut may take writes that were acknowledged")
	case median > syncSlow:
		t.verdict("fdatasync", Warn, measured, "slow: every write waits for one")
	default:
		t.verdict("fdatasync", OK, measured, "every durable write waits for one")
	}
}

func (t *test) timeSyncs() (times []time.Duration, err error) {
	f, err := t.FS.OpenFile(t.path("syncs"), vfs.O_RDWR|vfs.O_CREATE|vfs.O_EXCL, vfs.FilePerm)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.WriteAt(make([]byte, syncsMax*sectorMax), 0); err != nil {
		return nil, err
	}
	if err := f.Datasync(); err != nil {
		return nil, err
	}
	sector := make([]byte, sectorMax)
	for began := t.Now(); len(times) < syncsMax && (len(times) == 0 || t.Now().Sub(began) < syncsTime); {
		sector[0]++
		start := t.Now()
		if _, err := f.WriteAt(sector, int64(len(times))*sectorMax); err != nil {
			return nil, err
		}
		if err := f.Datasync(); err != nil {
			return nil, err
		}
		times = append(times, t.Now().Sub(start))
	}
	return times, nil
}

// dirSync makes a name durable.
func (t *test) dirSync() {
	err := vfs.Publish(t.FS, t.scratch, "name", []byte("x"), vfs.FilePerm)
	start := t.Now()
	if err == nil {
		err = t.FS.SyncDir(t.scratch)
	}
	t.tried("directory sync", err, us(t.Now().Sub(start)), "names of files can be made durable", "a new file may have no name after a power cut")
}

var errNotReplaced = errors.New("the name still leads to the old file")

// rename replaces a file that is open, as a checkpoint does.
func (t *test) rename() {
	err := t.tryRename()
	t.tried("rename", err, "replaced a file in one step", "a checkpoint and a restore switch by a rename", "neither a checkpoint nor a restore can switch safely")
}

func (t *test) tryRename() (err error) {
	for _, text := range []string{"old", "new"} {
		if err := vfs.Publish(t.FS, t.scratch, text, []byte(text), vfs.FilePerm); err != nil {
			return err
		}
	}
	open, err := t.FS.OpenFile(t.path("old"), vfs.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, open.Close()) }()
	if err := t.FS.Rename(t.path("new"), t.path("old")); err != nil {
		return err
	}
	if _, err := t.FS.Stat(t.path("new")); !vfs.IsNotExist(err) {
		return errors.Join(errors.New("the old name is still there"), err)
	}
	if data, err := vfs.ReadFile(t.FS, t.path("old"), 16); err != nil || string(data) != "new" {
		return errors.Join(errNotReplaced, err)
	}
	text := make([]byte, len("old"))
	if _, err := open.ReadAt(text, 0); err != nil || string(text) != "old" {
		return errors.Join(errors.New("a replaced file that is open can no longer be read"), err)
	}
	return nil
}

// link makes a second name, and removes the first, as snapshots do.
func (t *test) link() {
	err := vfs.Publish(t.FS, t.scratch, "first", []byte("x"), vfs.FilePerm)
	if err == nil {
		err = t.FS.Link(t.path("first"), t.path("second"))
		if vfs.IsNoLink(err) {
			t.verdict("hard links", Warn, vfs.Wrap(err, "selftest", "").Text(), "a snapshot copies the data: as slow and as large as that is")
			return
		}
	}
	if err == nil && !vfs.SameFile(t.FS, t.path("first"), t.path("second")) {
		err = errors.New("two names, two files")
	}
	if err == nil {
		err = t.FS.Remove(t.path("first"))
	}
	if err == nil {
		_, err = vfs.ReadFile(t.FS, t.path("second"), 16)
	}
	t.tried("hard links", err, "made and removed one", "a snapshot takes milliseconds and no room", "snapshots cannot be made safely")
}
