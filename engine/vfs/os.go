package vfs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// OS is the operating system's file system.
var OS FS = osFS{}

type osFS struct{}

// osFile is an *os.File with the calls that os does not have. raw guards them
// against a concurrent Close, which could give the descriptor to another file.
type osFile struct {
	*os.File
	raw syscall.RawConn
}

func (osFS) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := openOS(name, flag, perm)
	if err != nil {
		return nil, err // not a nil *osFile, which would be a File
	}
	return f, nil
}

// openOS is open(2). os.OpenFile also tries whether the runtime can wait for the file with
// epoll, which it never can for what has blocks: six calls for each file, and the poller's
// own start with the first.
func openOS(name string, flag int, perm fs.FileMode) (*osFile, error) {
	fd, err := openFD(name, flag, perm)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), name)
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &osFile{f, raw}, nil
}

func openFD(name string, flag int, perm fs.FileMode) (fd int, err error) {
	err = retry(func() (err error) {
		fd, err = unix.Open(name, flag|unix.O_CLOEXEC, uint32(perm.Perm()))
		return err
	})
	if err != nil {
		return 0, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return fd, nil
}

// readFile is ReadFile by the system calls alone: a small file that is opened, read and
// closed in one go needs nothing that guards it.
func (osFS) readFile(name string, maxBytes int64) (data []byte, err error) {
	fd, err := openFD(name, unix.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	data, err = readFD(fd, name, maxBytes)
	if cerr := unix.Close(fd); err == nil && cerr != nil {
		err = &fs.PathError{Op: "close", Path: name, Err: cerr}
	}
	if err != nil {
		return nil, err
	}
	return data, nil
}

func readFD(fd int, name string, maxBytes int64) ([]byte, error) {
	var st unix.Stat_t
	if err := retry(func() error { return unix.Fstat(fd, &st) }); err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	if err := readable(name, st.Size, st.Mode&unix.S_IFMT == unix.S_IFDIR, maxBytes); err != nil {
		return nil, err
	}
	data := make([]byte, st.Size)
	for done := 0; done < len(data); {
		n := 0
		err := retry(func() (err error) { n, err = unix.Pread(fd, data[done:], int64(done)); return err })
		if err == nil && n == 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, &fs.PathError{Op: "read", Path: name, Err: err}
		}
		done += n
	}
	return data, nil
}

func (osFS) Mkdir(name string, perm fs.FileMode) error { return os.Mkdir(name, perm) }

// Rename is rename(2) itself: os.Rename looks at the names first, and refuses
// what the system call allows.
func (osFS) Rename(oldname, newname string) error {
	err := retry(func() error { return unix.Rename(oldname, newname) })
	if err != nil {
		return &os.LinkError{Op: "rename", Old: oldname, New: newname, Err: err}
	}
	return nil
}

func (osFS) Link(oldname, newname string) error { return os.Link(oldname, newname) }
func (osFS) Remove(name string) error           { return os.Remove(name) }

func (osFS) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }

func (osFS) SyncDir(name string) error {
	d, err := openOS(name, os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}

// lockTries bounds how often Lock follows a name that others keep replacing, and how
// often it asks again for a lock that nobody can be found to hold.
const lockTries = 16

// Lock takes flock(2), not fcntl(2): a POSIX record lock would let the same
// process in twice and vanish when any descriptor of the file is closed.
func (osFS) Lock(name string) (File, error) {
	return flock(name, os.O_RDWR|os.O_CREATE, unix.LOCK_EX)
}

// LockShared takes the shared kind of the same lock.
func (osFS) LockShared(name string) (File, error) { return flock(name, os.O_RDONLY, unix.LOCK_SH) }

func flock(name string, flag, how int) (File, error) {
	for try := range lockTries {
		f, err := openOS(name, flag, FilePerm)
		if err != nil {
			return nil, err
		}
		err = f.control("flock", func(fd int) error { return unix.Flock(fd, how|unix.LOCK_NB) })
		if errors.Is(err, unix.EWOULDBLOCK) {
			pid := f.holder()
			if pid == 0 && try < lockTries-1 {
				f.Close() // nothing was written
				continue  // it may have let go meanwhile
			}
			err = &fs.PathError{Op: "lock", Path: name, Err: &heldError{pid}}
		}
		if err != nil {
			f.Close() // nothing was written; the lock's error is the one that counts
			return nil, err
		}
		same, err := f.hasName(name)
		if same {
			return f, nil
		}
		f.Close() // as above
		if err != nil {
			return nil, err
		}
	}
	return nil, &fs.PathError{Op: "lock", Path: name, Err: errors.New("the file is replaced again and again")}
}

// hasName reports whether name still names f: a lock on a file that was removed
// or replaced meanwhile excludes nobody.
func (f *osFile) hasName(name string) (bool, error) {
	mine, err := f.Stat()
	if err != nil {
		return false, err
	}
	named, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return os.SameFile(mine, named), nil
}

// control runs a system call on f's descriptor, again if a signal interrupts it.
func (f *osFile) control(op string, call func(fd int) error) error {
	var err error
	if cerr := f.raw.Control(func(fd uintptr) {
		err = retry(func() error { return call(int(fd)) })
	}); cerr != nil {
		err = fs.ErrClosed // Control has no other reason, and none that errors.Is knows
	}
	if err != nil {
		return &fs.PathError{Op: op, Path: f.Name(), Err: err}
	}
	return nil
}

func retry(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}

// extend sets the size if the file is smaller.
func (f *osFile) extend(size int64) error {
	info, err := f.Stat()
	if err != nil || info.Size() >= size {
		return err
	}
	return f.Truncate(size)
}
