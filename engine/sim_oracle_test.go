package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
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
// that was acknowledged or, whole, the one in flight. It may be refused because of a
// file in which the power cut left what is neither old nor new.
func (o oracle) check(img *vfs.Mem, damaged []string) error {
	err := o.recover(img)
	if e := dberr.From(err); err != nil && errors.Is(err, errRefused) {
		for _, name := range damaged {
			if name == path.Join(dataDir, e.Path) || !o.s.now.made {
				err = nil
			}
		}
	}
	if n := img.OpenHandles(); err == nil && n != 0 {
		return fmt.Errorf("%d files stay open", n)
	}
	return err
}

func (o oracle) recover(img *vfs.Mem) error {
	s := o.s
	var log fileLog
	options := s.options(img)
	options.Logger = log.logger()
	before := img.AfterCrash(vfs.KeepAll)
	db, err := engine.Open(ctx, options)
	switch {
	case dberr.CodeOf(err) == dberr.DatabaseNotFound && !s.now.made:
		return o.beginAgain(img)
	case dberr.CodeOf(err) == dberr.WALCorruption, dberr.CodeOf(err) == dberr.RecoveryInconsistent && !s.now.made:
		return fmt.Errorf("%w: %w", errRefused, err)
	case err != nil:
		return err
	}
	found, err := o.judge(db, img)
	if err == nil {
		err = told(db, &log, before, img)
	}
	if err == nil {
		err = o.outside(img)
	}
	if err == nil && !o.brief {
		err = o.verified(db, found)
	}
	if err == nil && o.deep {
		err = o.openSnapshots(db, img)
	}
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

// verified lets the database verify itself.
func (o oracle) verified(db *engine.DB, found *model) error {
	r, err := db.Verify(ctx, nil)
	switch {
	case err != nil:
		return err
	case !r.OK():
		return fmt.Errorf("verify finds %+v", r.Problems)
	case r.Digest.String() != found.digest() || r.Documents != int64(len(found.docs)):
		return fmt.Errorf("verify finds %d documents with digest %s", r.Documents, r.Digest)
	}
	return nil
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

// beginAgain makes a database where an interrupted Init or restore left none, in both
// ways.
func (o oracle) beginAgain(img *vfs.Mem) error {
	if o.s.tar != nil {
		restored := o.s.follow(img.AfterCrash(vfs.KeepAll), o.s.now, nil)
		if err := restored.run(stepRestore(), stepOpen()); err != nil {
			return fmt.Errorf("restoring again: %w", err)
		}
		if _, err := (oracle{s: restored}).judge(restored.db, restored.mem); err != nil {
			return fmt.Errorf("restored again: %w", err)
		}
	}
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
	next := o.s.follow(img, found, nil)
	next.onFull = engine.OnFullCheckpoint
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
