package engine_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/blockcache"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/digest"
	"github.com/aerodb/aerodb/engine/manifest"
	"github.com/aerodb/aerodb/engine/merge"
	"github.com/aerodb/aerodb/engine/segment"
	"github.com/aerodb/aerodb/engine/vfs"
)

const (
	dataDir = "data"
	genDir  = "data/generations/000001"
)

// An oracle judges what recovery makes of a disk.
type oracle struct {
	s *sim
	// brief recovers once only; deep also writes to what was recovered.
	brief, deep bool
}

// errRefused says that a disk was refused as damaged.
var errRefused = errors.New("refused")

// check recovers img, which is its own, and compares with what is owed: the state
// that was acknowledged or, whole, the one in flight.
func (o oracle) check(img *vfs.Mem, mayRefuse bool) error {
	err := o.recover(img)
	if errors.Is(err, errRefused) && mayRefuse {
		err = nil
	}
	if n := img.OpenHandles(); err == nil && n != 0 {
		return fmt.Errorf("%d files stay open", n)
	}
	return err
}

func (o oracle) recover(img *vfs.Mem) error {
	s := o.s
	db, err := engine.Open(ctx, s.options(img))
	switch {
	case dberr.CodeOf(err) == dberr.DatabaseNotFound && !s.now.made:
		return o.initAgain(img)
	case dberr.CodeOf(err) == dberr.WALCorruption, dberr.CodeOf(err) == dberr.RecoveryInconsistent && !s.now.made:
		return fmt.Errorf("%w: %w", errRefused, err)
	case err != nil:
		return err
	}
	found, err := o.judge(db, img)
	if err == nil && !o.brief {
		err = o.again(img, found)
	}
	if cerr := db.Close(); err == nil && cerr != nil {
		err = cerr
	}
	if err == nil && o.deep {
		err = o.goOn(img, found)
	}
	return err
}

// judge compares an open database with what is owed.
func (o oracle) judge(db *engine.DB, img *vfs.Mem) (*model, error) {
	s := o.s
	found, err := observe(db)
	if err != nil {
		return nil, err
	}
	if how := s.now.differs(found); how != "" || !s.now.made {
		if s.flight == nil {
			return nil, errors.New(how)
		}
		if how2 := s.flight.differs(found); how2 != "" {
			return nil, fmt.Errorf("%s; nor is it the state in flight: %s", how, how2)
		}
	}
	r := db.Recovery()
	if len(r.Unknown) > 0 {
		return nil, fmt.Errorf("unknown files %q", r.Unknown)
	}
	if r.Digest.String() != found.digest() || r.Sequence != found.sequence {
		return nil, fmt.Errorf("the report says sequence %d and digest %s", r.Sequence, r.Digest)
	}
	return found, o.files(db, img)
}

// initAgain makes a database where an interrupted Init left none.
func (o oracle) initAgain(img *vfs.Mem) error {
	if _, err := engine.Init(o.s.options(img)); err != nil {
		if dberr.CodeOf(err) == dberr.RecoveryInconsistent {
			return fmt.Errorf("%w: %w", errRefused, err)
		}
		return fmt.Errorf("init again: %w", err)
	}
	db, err := engine.Open(ctx, o.s.options(img))
	if err != nil {
		return err
	}
	if _, err = o.judgeEmpty(db, img); err == nil {
		err = db.Close()
	}
	return err
}

func (o oracle) judgeEmpty(db *engine.DB, img *vfs.Mem) (*model, error) {
	empty := newSim()
	empty.now.made = true
	return oracle{s: empty}.judge(db, img)
}

// again recovers what a power cut leaves of what was just recovered: the same
// bytes, the same state.
func (o oracle) again(img *vfs.Mem, found *model) error {
	want := img.Hash()
	losses := []vfs.Loss{vfs.LoseAll, vfs.KeepAll}
	if !o.deep {
		losses = losses[:1]
	}
	for _, loss := range losses {
		next := img.AfterCrash(loss)
		db, err := engine.Open(ctx, o.s.options(next))
		if err != nil {
			return fmt.Errorf("recovered again, %v: %w", loss, err)
		}
		if next.Hash() != want {
			err = fmt.Errorf("recovered again, %v: other bytes: %s", loss, changed(img, next))
		}
		if swept := db.Recovery().Swept; len(swept) > 0 {
			err = fmt.Errorf("recovered again, %v: swept %q again", loss, swept)
		}
		if how := found.differs(mustObserve(db, &err)); err == nil && how != "" {
			err = fmt.Errorf("recovered again, %v: %s", loss, how)
		}
		_ = db.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func mustObserve(db *engine.DB, err *error) *model {
	m, oerr := observe(db)
	if oerr != nil {
		*err = errors.Join(*err, oerr)
		return (&model{}).clone()
	}
	return m
}

// changed names the files that differ.
func changed(a, b *vfs.Mem) []string {
	var list []string
	for _, name := range slices.Compact(slices.Sorted(slices.Values(append(a.Files(), b.Files()...)))) {
		x, xerr := vfs.ReadFile(a, name, 1<<30)
		y, yerr := vfs.ReadFile(b, name, 1<<30)
		if (xerr == nil) != (yerr == nil) || !bytes.Equal(x, y) {
			list = append(list, name)
		}
	}
	return list
}

// goOn writes to a recovered database, checkpoints it, loses power and opens it.
func (o oracle) goOn(img *vfs.Mem, found *model) error {
	next := newSim()
	next.keep, next.now, next.history = o.s.keep, found, maps.Clone(o.s.history)
	next.use(img)
	steps := []step{stepOpen()}
	if !slices.Contains(found.schemas, "t v1") {
		steps = append(steps, stepDefine(schemaV1))
	}
	steps = append(steps, stepInsert("v1", doc("after", 1, 600)), stepCheckpoint(), stepInsert("v1", doc("later", 2, 10)))
	if err := next.run(steps...); err != nil {
		return fmt.Errorf("going on: %w", err)
	}
	cut := img.AfterCrash(vfs.LoseAll)
	if err := next.run(stepClose()); err != nil {
		return fmt.Errorf("going on: %w", err)
	}
	db, err := engine.Open(ctx, next.options(cut))
	if err != nil {
		return fmt.Errorf("gone on: %w", err)
	}
	defer db.Close()
	again, err := observe(db)
	if err != nil {
		return fmt.Errorf("gone on: %w", err)
	}
	if how := next.now.differs(again); how != "" {
		return fmt.Errorf("gone on: %s", how)
	}
	return nil
}

// files checks that the files there are those that something names, and that
// every snapshot is whole.
func (o oracle) files(db *engine.DB, img *vfs.Mem) error {
	data, err := vfs.ReadFile(img, genDir+"/CHECKPOINT", 1<<20)
	if err != nil {
		return err
	}
	m, err := manifest.DecodeCheckpoint("CHECKPOINT", data)
	if err != nil {
		return err
	}
	want := []string{dataDir + "/CURRENT", genDir + "/CHECKPOINT", genDir + "/DATABASE", genDir + "/wal/" + m.WAL.File}
	if !db.ReadOnly() || slices.Contains(img.Files(), dataDir+"/LOCK") {
		want = append(want, dataDir+"/LOCK")
	}
	schemas, err := db.Schemas()
	if err != nil {
		return err
	}
	for _, s := range schemas {
		want = append(want, genDir+"/metadata/schemas/"+s.ID+"_"+s.Version+".json")
	}
	for _, s := range m.Segments {
		want = append(want, genDir+"/segments/"+segment.FileName(s.Number))
	}
	list, err := db.Snapshots()
	if err != nil {
		return err
	}
	current := m.Snapshot == ""
	for _, info := range list {
		names, err := o.snapshot(img, info)
		if err != nil {
			return fmt.Errorf("snapshot %s: %w", info.ID, err)
		}
		want = append(want, names...)
		current = current || info.ID == m.Snapshot
	}
	slices.Sort(want)
	if have := img.Files(); !slices.Equal(have, want) {
		return fmt.Errorf("there are the files\n\t%s\nwanted\n\t%s", strings.Join(have, "\n\t"), strings.Join(want, "\n\t"))
	}
	if !current {
		return fmt.Errorf("CHECKPOINT names snapshot %s, which is not there", m.Snapshot)
	}
	return nil
}

// snapshot checks one snapshot by its manifest and returns its files.
func (o oracle) snapshot(img *vfs.Mem, info engine.SnapshotInfo) ([]string, error) {
	if o.s.now.removed[info.ID] {
		return nil, errors.New("it was removed")
	}
	dir := dataDir + "/snapshots/" + info.ID
	data, err := vfs.ReadFile(img, dir+"/manifest.json", 1<<20)
	if err != nil {
		return nil, err
	}
	m, err := manifest.DecodeSnapshot("manifest.json", data)
	if err != nil {
		return nil, err
	}
	if want := o.s.history[m.Sequence]; info.Digest.String() != want || info.Sequence != m.Sequence {
		return nil, fmt.Errorf("its digest is %s, at sequence %d it was %s", info.Digest, m.Sequence, want)
	}
	identity, err := vfs.ReadFile(img, dir+"/DATABASE", 1<<20)
	if err != nil {
		return nil, err
	}
	if d, err := manifest.DecodeDatabase("DATABASE", identity); err != nil || d.UUID != m.UUID {
		return nil, fmt.Errorf("its DATABASE is of %q, %w", d.UUID, err)
	}
	names := []string{dir + "/DATABASE", dir + "/manifest.json"}
	for _, s := range m.Schemas {
		names = append(names, dir+"/schemas/"+s.File)
		text, err := vfs.ReadFile(img, dir+"/schemas/"+s.File, 1<<20)
		if err != nil || int64(len(text)) != s.Bytes {
			return nil, fmt.Errorf("schema %s has %d bytes, %w", s.File, len(text), err)
		}
	}
	walked, err := walkSnapshot(img, dir, m)
	if err == nil && walked != info.Digest {
		err = fmt.Errorf("its documents have the digest %s, it says %s", walked, info.Digest)
	}
	for _, s := range m.Segments {
		names = append(names, dir+"/segments/"+segment.FileName(s.Number))
	}
	return names, err
}

// walkSnapshot verifies the segments of a snapshot and sums up its documents.
func walkSnapshot(img *vfs.Mem, dir string, m manifest.Manifest) (sum digest.Sum, err error) {
	var runs []merge.Iterator
	cache := blockcache.New(64 << 10)
	for _, e := range m.Segments {
		name := path.Join(dir, "segments", segment.FileName(e.Number))
		s, err := segment.Open(img, name, name, segment.ID{UUID: uuidOf(m.UUID), Number: e.Number}, e.Bytes, cache)
		if err != nil {
			return sum, err
		}
		defer s.Unref()
		if v, err := s.Verify(context.Background(), nil); err != nil || v.Info.CRC32C != e.CRC32C {
			return sum, fmt.Errorf("%s has the checksum %08x, want %08x, %w", name, v.Info.CRC32C, e.CRC32C, err)
		}
		runs = append(runs, s.NewIter())
	}
	it := merge.NewLive(runs...)
	defer it.Close()
	var h digest.Hasher
	for ok := it.First(); ok && it.Key()[0] == 1; ok = it.Next() {
		k := it.Key()
		for _, s := range m.Schemas {
			if int(s.Collection) == int(k[1])<<8|int(k[2]) && int(s.Version) == int(k[3])<<8|int(k[4]) {
				sum = sum.Add(h.Document(s.SchemaID, s.SchemaVersion, k[5:], it.Value()))
			}
		}
	}
	return sum, it.Err()
}

func uuidOf(s string) (uuid [16]byte) {
	b, _ := hex.DecodeString(strings.ReplaceAll(s, "-", "")) // of a manifest that was read
	copy(uuid[:], b)
	return uuid
}
