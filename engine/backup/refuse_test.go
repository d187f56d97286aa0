package backup

import (
	"errors"
	"strings"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
)

// refused reads an archive that must be BackupInvalid, at a place in it.
func refused(t *testing.T, b []byte, what string) (*memory, *dberr.Error) {
	t.Helper()
	s, _, err := read(b)
	var e *dberr.Error
	if !errors.As(err, &e) || e.Code != dberr.BackupInvalid || e.Path != "b.tar" || !e.HasOffset || e.Offset < 0 || e.Offset > int64(len(b)) {
		t.Fatalf("%s: %v", what, err)
	}
	if strings.Contains(e.Message, "%!") {
		t.Fatalf("%s: %v", what, err)
	}
	return s, e
}
