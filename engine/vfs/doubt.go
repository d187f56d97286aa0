package vfs

// Doubt says why locks and syncs may be worth less on the file system than on a local one;
// it is empty for a local one, and for one that is not known.
func (s Statfs) Doubt() string {
	switch s.Type {
	case "nfs", "cifs", "smb", "smb2", "9p", "ceph", "afs", "lustre", "gfs2", "ocfs2", "smbfs", "afpfs", "webdav":
		return "the server decides what locks and syncs are worth, and whether a lock outlives a broken connection"
	case "fuse", "macfuse", "osxfuse", "fusefs":
		return "a program serves it: locks and syncs are worth what that program makes of them"
	}
	return ""
}
