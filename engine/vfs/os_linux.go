package vfs

import (
	"fmt"
	"io/fs"
	"math"
	"math/bits"

	"golang.org/x/sys/unix"
)

func (f *osFile) Datasync() error { return f.control("fdatasync", unix.Fdatasync) }

func (f *osFile) Allocate(size int64) error {
	if size == 0 {
		return nil // fallocate refuses a length of 0
	}
	err := f.control("fallocate", func(fd int) error { return unix.Fallocate(fd, 0, 0, size) })
	if isAny(err, unix.EOPNOTSUPP, unix.ENOSYS) {
		return f.extend(size)
	}
	return err
}

func (f *osFile) DropCache() {
	_ = f.control("fadvise", func(fd int) error { return unix.Fadvise(fd, 0, 0, unix.FADV_DONTNEED) })
}

func (f *osFile) StartWriteback(off, n int64) {
	_ = f.control("sync_file_range", func(fd int) error { return unix.SyncFileRange(fd, off, n, unix.SYNC_FILE_RANGE_WRITE) })
}

// fsNames are file systems by the magic number of statfs(2).
var fsNames = map[uint32]string{
	unix.EXT4_SUPER_MAGIC:      "ext4", // and ext2, ext3
	unix.XFS_SUPER_MAGIC:       "xfs",
	unix.BTRFS_SUPER_MAGIC:     "btrfs",
	0x2fc12fc1:                 "zfs",
	unix.F2FS_SUPER_MAGIC:      "f2fs",
	0xca451a4e:                 "bcachefs",
	unix.TMPFS_MAGIC:           "tmpfs",
	unix.RAMFS_MAGIC:           "ramfs",
	unix.OVERLAYFS_SUPER_MAGIC: "overlay",
	unix.ECRYPTFS_SUPER_MAGIC:  "ecryptfs",
	unix.SQUASHFS_MAGIC:        "squashfs",
	unix.ISOFS_SUPER_MAGIC:     "iso9660",
	unix.MSDOS_SUPER_MAGIC:     "vfat",
	unix.EXFAT_SUPER_MAGIC:     "exfat",
	0x5346544e:                 "ntfs",
	0x7366746e:                 "ntfs3",
	unix.NFS_SUPER_MAGIC:       "nfs",
	unix.CIFS_SUPER_MAGIC:      "cifs",
	unix.SMB2_SUPER_MAGIC:      "smb2",
	unix.SMB_SUPER_MAGIC:       "smb",
	unix.FUSE_SUPER_MAGIC:      "fuse",
	unix.V9FS_MAGIC:            "9p",
	unix.CEPH_SUPER_MAGIC:      "ceph",
	unix.AFS_SUPER_MAGIC:       "afs",
	0x0bd00bd0:                 "lustre",
	0x01161970:                 "gfs2",
	0x7461636f:                 "ocfs2",
}

func (osFS) Statfs(name string) (Statfs, error) {
	var st unix.Statfs_t
	if err := retry(func() error { return unix.Statfs(name, &st) }); err != nil {
		return Statfs{}, &fs.PathError{Op: "statfs", Path: name, Err: err}
	}
	magic := uint32(st.Type)
	kind := fsNames[magic]
	if kind == "" {
		kind = fmt.Sprintf("%#x", magic)
	}
	unit := uint64(st.Frsize)
	if unit == 0 {
		unit = uint64(st.Bsize)
	}
	return Statfs{Type: kind, Free: bytesOf(st.Bavail, unit), Size: bytesOf(st.Blocks, unit)}, nil
}

// bytesOf multiplies, up to the largest int64.
func bytesOf(blocks, unit uint64) int64 {
	hi, lo := bits.Mul64(blocks, unit)
	if hi != 0 || lo > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(lo)
}

// adviseHuge asks for huge pages behind b. Without them it works as well, only slower.
func adviseHuge(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }
