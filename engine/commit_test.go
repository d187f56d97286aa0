package engine

import (
	"context"
	"testing"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/engine/wal"
)

// A write that is refused for what another write of the same record does must not
// say so if the record is lost: nobody will ever see what it was refused for.
func TestNoRefusalByALostWrite(t *testing.T) {
	tests := []struct {
		name  string
		fails string // the call of the file system
		code  dberr.Code
	}{
		{"write", vfs.KindWrite, dberr.WALAppendFailed},
		{"sync", vfs.KindSync, dberr.WALFsyncFailed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			mem := vfs.NewMem()
			o := Options{Dir: "data", FS: mem, WALMaxSize: WALSizeMin}
			if _, err := Init(o); err != nil {
				t.Fatal(err)
			}
			db, err := Open(context.Background(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			s, err := schema.Parse([]byte(`{"schema_id":"s","schema_version":"v1","fields":{"_id":{"type":"string","required":true}}}`))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.DefineSchema(s); err != nil {
				t.Fatal(err)
			}
			c, err := db.Collection("s", "v1")
			if err != nil {
				t.Fatal(err)
			}
			group := []*transaction{write(t, c, wal.Insert, "a"), write(t, c, wal.Insert, "a"), write(t, c, wal.Delete, "a"), write(t, c, wal.Replace, "b")}
			mem.SetFault(func(op vfs.Op) error {
				if op.Kind == test.fails {
					return vfs.EIO
				}
				return nil
			})
			db.writeMu.Lock()
			db.commitGroup(group)
			db.writeMu.Unlock()
			mem.SetFault(nil)
			for i, tx := range group {
				if dberr.CodeOf(tx.err) != test.code {
					t.Errorf("write %d: %v, want %s", i, tx.err, test.code)
				}
			}
		})
	}
}

// write returns a transaction of one operation on the document of an _id.
func write(t *testing.T, c *Collection, kind wal.OpKind, id string) *transaction {
	t.Helper()
	if kind == wal.Delete {
		return newTransaction(context.Background(), []operation{{kind: kind, version: c.version, id: []byte(id)}})
	}
	var p preparer
	op, err := p.prepare(kind, c.version, []byte(`{"_id":"`+id+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	return newTransaction(context.Background(), []operation{op})
}
