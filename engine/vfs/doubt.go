package vfs

// Doubt says why locks and syncs may be worth less on the file system than on a local one;
// it is empty for a local one, and for one that is not known.
func (s Statfs) Doubt() string { return doubts[s.Type] }

const (
	network = "the server decides what locks and syncs are worth, and whether a lock outlives a broken connection"
	program = "a program serves it: locks and syncs are worth what that program makes of them"
)

var doubts = map[string]string{
	"nfs": network, "cifs": network, "smb": network, "smb2": network, "9p": network, "ceph": network, "afs": network,
	"lustre": network, "gfs2": network, "ocfs2": network, "smbfs": network, "afpfs": network, "webdav": network,
	"fuse": program, "macfuse": program, "osxfuse": program, "fusefs": program,
}
