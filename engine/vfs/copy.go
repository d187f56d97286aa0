package vfs

import (
	"errors"
	"io"
	"io/fs"
	"syscall"
)

// ReadFile returns the content of a file of at most maxBytes. A larger file is
// refused with ErrTooLarge before anything is allocated.
func ReadFile(fsys FS, name string, maxBytes int64) ([]byte, error) {
	if o, ok := fsys.(osFS); ok {
		return o.readFile(name, maxBytes)
	}
	f, err := fsys.OpenFile(name, O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	data, err := readAll(f, name, maxBytes)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	return data, nil
}

func readAll(f File, name string, maxBytes int64) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := readable(name, info.Size(), info.IsDir(), maxBytes); err != nil {
		return nil, err
	}
	data := make([]byte, info.Size())
	n, err := f.ReadAt(data, 0)
	if n == len(data) {
		return data, nil
	}
	if errors.Is(err, io.EOF) {
		err = &fs.PathError{Op: "read", Path: name, Err: io.ErrUnexpectedEOF}
	}
	return nil, err
}

// readable refuses a directory and what is larger than maxBytes.
func readable(name string, size int64, dir bool, maxBytes int64) error {
	switch {
	case dir:
		return &fs.PathError{Op: "read", Path: name, Err: syscall.EISDIR}
	case size > maxBytes:
		return &fs.PathError{Op: "read", Path: name, Err: ErrTooLarge}
	}
	return nil
}

// copyBytes is how much is read or written by one call.
const copyBytes = 1 << 20

// zeros is never written. It lies where the linker puts what starts as zero, so
// it costs nothing until it is used.
var zeros [copyBytes]byte

// WriteZeros writes n zeros at off.
func WriteZeros(f File, off, n int64) error {
	for n > 0 {
		part := min(n, copyBytes)
		if _, err := f.WriteAt(zeros[:part], off); err != nil {
			return err
		}
		f.StartWriteback(off, part)
		off, n = off+part, n-part
	}
	return nil
}

// CopyFile makes dst, which must not exist, a synced copy of src. Its name is
// not synced. After an error there is no dst.
func CopyFile(fsys FS, src, dst string, perm fs.FileMode) error {
	in, err := fsys.OpenFile(src, O_RDONLY, 0)
	if err != nil {
		return err
	}
	out, err := fsys.OpenFile(dst, O_RDWR|O_CREATE|O_EXCL, perm)
	if err == nil {
		err = finish(fsys, out, dst, copyData(out, in))
	}
	if cerr := in.Close(); err == nil && cerr != nil {
		err = discard(fsys, dst, cerr)
	}
	return err
}

func copyData(dst, src File) error {
	info, err := src.Stat()
	if err != nil {
		return err
	}
	buf := make([]byte, min(info.Size()+1, copyBytes))
	for off := int64(0); ; {
		n, err := src.ReadAt(buf, off)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if n > 0 {
			if _, werr := dst.WriteAt(buf[:n], off); werr != nil {
				return werr
			}
		}
		if err != nil {
			return nil // the end
		}
		off += int64(n)
	}
}

// LinkOrCopy makes dst another name of src or, only if this file system cannot
// link them, a synced copy with src's mode. linked says which. The name dst is
// not synced. Any other error of linking is an error, not a reason to copy.
func LinkOrCopy(fsys FS, src, dst string) (linked bool, err error) {
	err = fsys.Link(src, dst)
	if err == nil {
		return true, nil
	}
	if !IsNoLink(err) {
		return false, err
	}
	info, err := fsys.Stat(src)
	if err != nil {
		return false, err
	}
	return false, CopyFile(fsys, src, dst, info.Mode().Perm())
}
