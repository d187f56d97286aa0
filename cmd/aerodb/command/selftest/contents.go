package selftest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aerodb/aerodb/engine"
)

// Contents are all documents of the scratch database by _id, in canonical form.
type contents map[string]string

// someWrite returns a random request and what the database holds after it.
func (l *loop) someWrite() (contents, string) {
	l.serial++
	next := maps.Clone(l.now)
	op, id := "insert", fmt.Sprintf("%08d", l.serial)
	if len(next) > 0 && l.random.IntN(3) == 0 {
		op, id = "update", slices.Sorted(maps.Keys(next))[l.random.IntN(len(next))]
		if l.random.IntN(2) == 0 {
			delete(next, id)
			return next, fmt.Sprintf(`{"op":"delete","schema_id":"x","schema_version":"v1","_id":"%s"}`, id)
		}
	}
	next[id] = fmt.Sprintf(`{"_id":"%s","n":%d,"pad":"%s"}`, id, l.serial, strings.Repeat("p", l.random.IntN(1500)))
	return next, fmt.Sprintf(`{"op":"%s","schema_id":"x","schema_version":"v1","document":%s}`, op, next[id])
}

// owed opens the database as the next process would, and checks that it holds one of
// the contents, that verify finds nothing, and that a second open finds the same and
// nothing left over.
func (l *loop) owed(work string, may ...contents) error {
	first, _, err := l.open(work)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(may, func(c contents) bool { return maps.Equal(c, first) }) {
		return finding(fmt.Sprintf("after a kill in %s, %s", work, difference(may[0], first)))
	}
	second, r, err := l.open(work)
	switch {
	case err != nil:
		return err
	case !maps.Equal(first, second):
		return finding(fmt.Sprintf("after a kill in %s, two opens differ: %s", work, difference(first, second)))
	case len(r.Swept)+len(r.Unknown) > 0:
		return finding(fmt.Sprintf("after a kill in %s, %q are left over", work, append(r.Swept, r.Unknown...)))
	}
	l.now = first
	return nil
}

// open opens and reads everything.
func (l *loop) open(work string) (contents, engine.Recovery, error) {
	found := contents{}
	db, err := engine.Open(l.ctx, l.options())
	if err != nil {
		return nil, engine.Recovery{}, l.found(work, err)
	}
	r := db.Recovery()
	err = read(db, found)
	if err == nil {
		err = l.verify(db, int64(len(found)))
	}
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, r, l.found(work, err)
	}
	return found, r, nil
}

// found is an error of the database, unless the test was interrupted.
func (l *loop) found(work string, err error) error {
	if l.ctx.Err() != nil {
		return context.Cause(l.ctx)
	}
	return finding(fmt.Sprintf("after a kill in %s: %v", work, err))
}

func read(db *engine.DB, into contents) error {
	c, err := db.Collection("x", "v1")
	if err != nil {
		return err
	}
	it, err := c.Each(engine.EachOptions{})
	if err != nil {
		return err
	}
	defer it.Close()
	for it.Next() {
		into[string(it.ID())] = string(it.Document())
	}
	return it.Err()
}

func (l *loop) verify(db *engine.DB, documents int64) error {
	sum, err := db.Digest()
	if err != nil {
		return err
	}
	r, err := db.Verify(l.ctx, nil)
	switch {
	case err != nil:
		return err
	case !r.OK():
		return fmt.Errorf("verify: %s: %s", r.Problems[0].File, r.Problems[0].Message)
	case r.Digest != sum || r.Documents != documents:
		return fmt.Errorf("verify found %d documents, digest %s; the database says %d, %s", r.Documents, r.Digest, documents, sum)
	}
	return nil
}

// difference counts in what two contents differ, and names one.
func difference(want, got contents) string {
	var lost, changed, extra []string
	for id, document := range want {
		if found, ok := got[id]; !ok {
			lost = append(lost, id)
		} else if found != document {
			changed = append(changed, id)
		}
	}
	for id := range got {
		if _, ok := want[id]; !ok {
			extra = append(extra, id)
		}
	}
	all := slices.Sorted(slices.Values(slices.Concat(lost, changed, extra)))
	return fmt.Sprintf("%d acknowledged documents are lost, %d are not as they were acknowledged, %d were not acknowledged; the first is %q",
		len(lost), len(changed), len(extra), all[0])
}
