package engine_test

import (
	"log/slog"
	"strings"
	"syscall"
	"testing"

	"github.com/aerodb/aerodb/engine/vfs"
)

// Opening warns of a file system that is served by another machine or a program, and goes
// on; of a local one, and of one that is opened to read only, it says nothing.
func TestDoubtfulDisk(t *testing.T) {
	for _, tt := range []struct {
		kind     string
		fault    error
		readOnly bool
		want     string
	}{
		{kind: "nfs", want: `msg=disk.doubtful dir=data type=nfs reason="the server decides`},
		{kind: "fuse", want: `type=fuse reason="a program serves it`},
		{kind: "ext4"},
		{kind: "0x1234"},
		{kind: "nfs", readOnly: true},
		{kind: "ext4", fault: syscall.EIO, want: `reason="statfs data: input/output error"`},
	} {
		mem := vfs.NewMem()
		o := testOptions(mem)
		mustInit(t, o)
		st, err := mem.Statfs("data")
		mustDo(t, err)
		st.Type = tt.kind
		mem.SetStatfs(st)
		if tt.fault != nil {
			mem.SetFault(failingOn(vfs.KindStatfs, "data", tt.fault))
		}
		log := &collector{t: t, seen: map[string]int{}}
		o.Logger, o.ReadOnly = slog.New(log), tt.readOnly
		mustDo(t, mustOpen(t, o).Close())
		if text := log.text.String(); !strings.Contains(text, tt.want) || tt.want == "" && strings.Contains(text, "disk.") {
			t.Errorf("%+v: logged %s", tt, text)
		}
	}
}
