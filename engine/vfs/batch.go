package vfs

import "io/fs"

// A NewFile is a file to be written.
type NewFile struct {
	Name string
	Data []byte
}

// openMax is how many files WriteFiles has open at a time.
const openMax = 64

// WriteFiles makes files, none of which may exist, of data and syncs each; their names
// are not synced. It writes many before it syncs the first, so that a file system with a
// journal commits them together, and the syncs that follow find little to do. After an
// error any of them may be there.
func WriteFiles(fsys FS, files []NewFile, perm fs.FileMode) error {
	for len(files) > 0 {
		n := min(openMax, len(files))
		if err := writeFiles(fsys, files[:n], perm); err != nil {
			return err
		}
		files = files[n:]
	}
	return nil
}

func writeFiles(fsys FS, files []NewFile, perm fs.FileMode) (err error) {
	open := make([]File, 0, len(files))
	defer func() {
		for _, f := range open {
			if cerr := f.Close(); err == nil {
				err = cerr
			}
		}
	}()
	for _, file := range files {
		f, err := fsys.OpenFile(file.Name, O_RDWR|O_CREATE|O_EXCL, perm)
		if err != nil {
			return err
		}
		open = append(open, f)
		if _, err := f.WriteAt(file.Data, 0); err != nil {
			return err
		}
		f.StartWriteback(0, int64(len(file.Data)))
	}
	for _, f := range open {
		if err := f.Datasync(); err != nil {
			return err
		}
	}
	return nil
}
