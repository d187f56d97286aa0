package shell

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aerodb/aerodb/engine"
)

// A change is how many documents of one schema version were written.
type change struct {
	id, version                 string
	inserted, replaced, deleted int64
}

// changes counts the writes since they were last asked for, in the order of the first.
type changes struct{ list []change }

// of returns the counts of a collection.
func (c *changes) of(collection *engine.Collection) *change {
	id, version := collection.ID(), collection.Version()
	for i := range c.list {
		if c.list[i].id == id && c.list[i].version == version {
			return &c.list[i]
		}
	}
	c.list = append(c.list, change{id: id, version: version})
	return &c.list[len(c.list)-1]
}

// Changes says what was written through handles and db.request since the last call, one
// line a collection: "users v1: 2 inserted, 1 deleted".
func (s *Session) Changes() []string {
	var lines []string
	for _, c := range s.changes.list {
		var parts []string
		for _, part := range []struct {
			n    int64
			verb string
		}{{c.inserted, "inserted"}, {c.replaced, "replaced"}, {c.deleted, "deleted"}} {
			if part.n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", part.n, part.verb))
			}
		}
		if len(parts) > 0 {
			lines = append(lines, c.id+" "+c.version+": "+strings.Join(parts, ", "))
		}
	}
	s.changes.list = slices.Delete(s.changes.list, 0, len(s.changes.list))
	return lines
}
