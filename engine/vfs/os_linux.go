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

// fsName names a file system by the magic number of statfs(2); "" if it is not known.
func fsName(magic uint32) string {
	switch magic {
	case unix.EXT4_SUPER_MAGIC: // and ext2, ext3
		return "ext4"
	case unix.XFS_SUPER_MAGIC:
		return "xfs"
	case unix.BTRFS_SUPER_MAGIC:
		return "btrfs"
	case 0x2fc12fc1:
		return "zfs"
	case unix.F2FS_SUPER_MAGIC:
		return "f2fs"
	case 0xca451a4e:
		return "bcachefs"
	case unix.TMPFS_MAGIC:
		return "tmpfs"
	case unix.RAMFS_MAGIC:
		return "ramfs"
	case unix.OVERLAYFS_SUPER_MAGIC:
		return "overlay"
	case unix.ECRYPTFS_SUPER_MAGIC:
		return "ecryptfs"
	case unix.SQUASHFS_MAGIC:
		return "squashfs"
	case unix.ISOFS_SUPER_MAGIC:
		return "iso9660"
	case unix.MSDOS_SUPER_MAGIC:
		return "vfat"
	case unix.EXFAT_SUPER_MAGIC:
		return "exfat"
	case 0x5346544e:
		return "ntfs"
	case 0x7366746e:
		return "ntfs3"
	case unix.NFS_SUPER_MAGIC:
		return "nfs"
	case unix.CIFS_SUPER_MAGIC:
		return "cifs"
	case unix.SMB2_SUPER_MAGIC:
		return "smb2"
	case unix.SMB_SUPER_MAGIC:
		return "smb"
	case unix.FUSE_SUPER_MAGIC:
		return "fuse"
	case unix.V9FS_MAGIC:
		return "9p"
	case unix.CEPH_SUPER_MAGIC:
		return "ceph"
	case unix.AFS_SUPER_MAGIC:
		return "afs"
	case 0x0bd00bd0:
		return "lustre"
	case 0x01161970:
		return "gfs2"
	case 0x7461636f:
		return "ocfs2"
	}
	return ""
}

func (osFS) Statfs(name string) (Statfs, error) {
	var st unix.Statfs_t
	if err := retry(func() error { return unix.Statfs(name, &st) }); err != nil {
		return Statfs{}, &fs.PathError{Op: "statfs", Path: name, Err: err}
	}
	magic := uint32(st.Type)
	kind := fsName(magic)
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
