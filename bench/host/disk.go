package host

import (
	"io/fs"
	"path/filepath"
	"syscall"
)

// DiskSize returns the bytes that the file system has given to the files in dir. A file
// with several names counts once.
func DiskSize(dir string) (size int64) {
	seen := map[uint64]bool{}
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if st := info.Sys().(*syscall.Stat_t); !seen[st.Ino] {
			seen[st.Ino] = true
			size += st.Blocks * 512
		}
		return nil
	})
	return size
}
