package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path"

	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/vfs"
	"github.com/aerodb/aerodb/engine/wal"
)

// DefineSchema registers a schema version, durably. The same schema again is not
// created and no error; a different one under the same names is
// AERO_SCHEMA_IMMUTABLE; a version that takes anything back that the newest one
// promises is AERO_SCHEMA_INCOMPATIBLE.
func (db *DB) DefineSchema(s *schema.Schema) (created bool, err error) {
	db.writeMu.Lock()
	defer db.writeMu.Unlock()
	if err := db.usable(); err != nil {
		return false, err
	}
	cat := db.catalog.Load()
	if col, known := cat.byName[s.ID]; known {
		if _, v, err := cat.find(s.ID, s.Version); err == nil {
			if v.schema.Equal(s) {
				return false, nil
			}
			return false, dberr.New(dberr.SchemaImmutable, "schema %q version %q is registered already and differs from this one", s.ID, s.Version).
				With("schema_id", s.ID).With("schema_version", s.Version)
		}
		if err := schema.Compatible(col.versions[len(col.versions)-1].schema, s); err != nil {
			return false, err
		}
	}
	if err := db.writable(); err != nil {
		return false, err
	}
	coll, number, err := cat.numbers(s)
	if err != nil {
		return false, err
	}
	return true, db.defineSchema(s, schemaEntry(s, coll, number))
}

// schemaEntry describes the file of a schema version.
func schemaEntry(s *schema.Schema, coll, number uint16) manifest.Schema {
	text := s.Canonical()
	sum := sha256.Sum256(text)
	return manifest.Schema{SchemaID: s.ID, SchemaVersion: s.Version, Collection: coll, Version: number,
		File: schema.FileName(s.ID, s.Version), Bytes: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}
}

// defineSchema writes the file, then the record: a file without a record is a
// registration that never happened, a record without its file is damage.
func (db *DB) defineSchema(s *schema.Schema, file manifest.Schema) error {
	text := s.Canonical()
	if err := db.makeRoom(context.Background(), len(text)+opOverheadBytes); err != nil {
		return err
	}
	dir := db.gen.schemas()
	if err := vfs.Publish(db.fs, db.path(dir), file.File, text, fileMode); err != nil {
		db.discard(path.Join(dir, file.File))
		return vfs.Wrap(err, "schema.define", path.Join(dir, file.File))
	}
	b := &db.writer.batch
	b.Reset(db.wal.NextSequence())
	b.Add(wal.Op{Kind: wal.Schema, Collection: file.Collection, Version: file.Version, Document: text})
	if err := db.place(db.wal.Append(b, db.digest)); err != nil {
		if db.wal.Failed() {
			db.fail(err)
		} else {
			db.discard(path.Join(dir, file.File))
		}
		return err
	}
	if err := db.register(s, file); err != nil {
		return err
	}
	db.viewMu.Lock()
	db.visible = db.wal.NextSequence() - 1
	db.viewMu.Unlock()
	db.noteFill()
	db.log.Debug("schema.defined", "schema_id", s.ID, "schema_version", s.Version)
	return nil
}

// loadSchemas reads the schemas of the checkpoint.
func (db *DB) loadSchemas() error {
	db.catalog.Store(newCatalog())
	for _, file := range db.manifest.Schemas {
		name := path.Join(db.gen.schemas(), file.File)
		text, err := db.readSchema(name, file)
		if err != nil {
			return err
		}
		s, err := schema.Parse(text)
		if err != nil {
			return dberr.New(dberr.StorageCorruption, "not a schema: %w", err).At(name, 0)
		}
		if err := db.register(s, file); err != nil {
			return err
		}
	}
	return nil
}

// readSchema reads a schema file and compares it with what the checkpoint or the
// log says of it.
func (db *DB) readSchema(name string, file manifest.Schema) ([]byte, error) {
	text, err := vfs.ReadFile(db.fs, db.path(name), manifest.FileBytesMax)
	if vfs.IsNotExist(err) {
		return nil, dberr.New(dberr.RecoverySchemaMissing, "the file of schema %q version %q is missing", file.SchemaID, file.SchemaVersion).At(name, 0)
	}
	if err != nil {
		return nil, vfs.Wrap(err, "schema.read", name)
	}
	sum := sha256.Sum256(text)
	if got := hex.EncodeToString(sum[:]); got != file.SHA256 || int64(len(text)) != file.Bytes {
		return nil, dberr.New(dberr.StorageCorruption, "the file has %d bytes with SHA-256 %s, expected %d with %s", len(text), got, file.Bytes, file.SHA256).At(name, 0)
	}
	return text, nil
}
