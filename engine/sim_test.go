package engine_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/schema"
	"github.com/aerodb/aerodb/engine/vfs"
)

const (
	schemaV1 = `{"schema_id":"t","schema_version":"v1","fields":{"_id":{"type":"string","required":true},"n":{"type":"int"},"pad":{"type":"string"}},"indexes":["n"]}`
	schemaV2 = `{"schema_id":"t","schema_version":"v2","fields":{"_id":{"type":"string","required":true},"n":{"type":"int"},"pad":{"type":"string"},"x":{"type":"bool"}},"indexes":["n","x"]}`
	schemaU1 = `{"schema_id":"u","schema_version":"v1","fields":{"_id":{"type":"string","required":true}},"indexes":[]}`
)

// A sim drives one database on a Mem and knows what was acknowledged.
type sim struct {
	seed     uint64 // of the uuid
	mem      *vfs.Mem
	keep     int                 // Options.SnapshotsKeep
	onFull   engine.OnFull       // Options.WALOnFull
	walMax   int64               // Options.WALMaxSize
	db       *engine.DB          // nil when closed
	open     bool                // the workload has it open
	removing string              // the snapshot that a step began to remove
	now      *model              // acknowledged
	flight   *model              // the state if the step in progress took effect; nil if it changes none
	history  map[uint64][]string // digests by sequence; a restore may lead to others
	tar      []byte              // the backup
	kept     map[string][]byte   // the files of the generation that a restore replaces

	watch func(vfs.Op) error // called before each call; nil while the test itself is at work
}

func newSim() *sim {
	s := &sim{seed: 1, keep: 2, onFull: engine.OnFullCheckpoint, walMax: engine.WALSizeMin, now: (&model{}).clone(), history: map[uint64][]string{}}
	s.remember(s.now)
	s.use(vfs.NewMem())
	return s
}

// use makes m the machine's disk and watches every call.
func (s *sim) use(m *vfs.Mem) {
	s.mem = m
	m.SetFault(func(op vfs.Op) error {
		if s.watch == nil {
			return nil
		}
		return s.watch(op)
	})
}

// quietly does what the test itself does to the disk.
func (s *sim) quietly(f func()) {
	watch := s.watch
	s.watch = nil
	f()
	s.watch = watch
}

func (s *sim) remember(m *model) {
	if d := m.digest(); !slices.Contains(s.history[m.sequence], d) {
		s.history[m.sequence] = append(s.history[m.sequence], d)
	}
}

// follow returns a sim that goes on with what s knows, on another disk.
func (s *sim) follow(m *vfs.Mem, now, flight *model) *sim {
	next := &sim{seed: s.seed, keep: s.keep, onFull: s.onFull, walMax: s.walMax, now: now, flight: flight, tar: s.tar, kept: s.kept, history: map[uint64][]string{}}
	for sequence, list := range s.history {
		next.history[sequence] = slices.Clip(list)
	}
	next.use(m)
	return next
}

func (s *sim) options(m vfs.FS) engine.Options {
	return engine.Options{Dir: "data", FS: m, Now: newClock().Now, Rand: seeded(s.seed), Command: "test", Pid: 1,
		WALMaxSize: s.walMax, WALOnFull: s.onFull, SnapshotsKeep: s.keep, CacheSize: 64 << 10}
}

// A step is one call of the engine, and what it makes of the state.
type step struct {
	name string
	do   func(*sim) error
	then func(*model) // nil: it changes no document and no schema
}

// run takes steps until one fails.
func (s *sim) run(steps ...step) error {
	for _, st := range steps {
		if err := s.take(st); err != nil {
			return fmt.Errorf("%s: %w", st.name, err)
		}
	}
	return nil
}

func (s *sim) take(st step) error {
	if st.then != nil {
		next := s.now.clone()
		st.then(next)
		s.remember(next)
		s.flight = next
	}
	err := st.do(s)
	if err == nil && st.then != nil {
		s.now, s.flight = s.flight, nil
	}
	return err
}

func stepInit() step {
	return step{"init", func(s *sim) error {
		_, err := engine.Init(s.options(s.mem))
		return err
	}, func(m *model) { m.made = true }}
}

func stepOpen() step {
	return step{"open", func(s *sim) (err error) {
		if s.db != nil {
			return nil // a test that mended a failure has it open
		}
		s.open = true
		s.db, err = engine.Open(ctx, s.options(s.mem))
		if err == nil {
			s.quietly(s.settleLock)
		}
		return err
	}, nil}
}

// settleLock makes the text of LOCK durable, which no database cares for: what is
// pending of it would only hide what matters.
func (s *sim) settleLock() {
	if f, err := s.mem.OpenFile("data/LOCK", vfs.O_RDWR, 0); err == nil {
		_ = f.Datasync()
		_ = f.Close()
	}
}

func stepClose() step {
	return step{"close", func(s *sim) error {
		db := s.db
		s.db, s.open = nil, false
		return db.Close()
	}, nil}
}

// stepKill ends the process, not the machine: what was pending is pending still.
func stepKill() step {
	return step{"kill", func(s *sim) error {
		s.db, s.open = nil, false
		s.use(s.mem.Clone())
		return nil
	}, nil}
}

func stepDefine(text string) step {
	parsed, err := schema.Parse([]byte(text))
	if err != nil {
		panic(err)
	}
	return step{"define " + parsed.ID + " " + parsed.Version, func(s *sim) error {
		_, err := s.db.DefineSchema(parsed)
		return err
	}, func(m *model) {
		m.schemas = append(m.schemas, parsed.ID+" "+parsed.Version)
		m.sequence++
	}}
}

// doc is a canonical document of schema t; pad is the length of its padding.
func doc(id string, n, pad int) string {
	return fmt.Sprintf(`{"_id":"%s","n":%d,"pad":"%s"}`, id, n, strings.Repeat("x", pad))
}

func (s *sim) collection(id, version string, f func(*engine.Collection) error) error {
	c, err := s.db.Collection(id, version)
	if err != nil {
		return err
	}
	return f(c)
}

func stepInsert(version string, docs ...string) step {
	return step{fmt.Sprintf("insert %d documents, %.40s", len(docs), docs[0]), func(s *sim) error {
		return s.collection("t", version, func(c *engine.Collection) error {
			if len(docs) == 1 {
				return c.Insert([]byte(docs[0]))
			}
			list := make([][]byte, len(docs))
			for i, d := range docs {
				list[i] = []byte(d)
			}
			return c.InsertMany(list)
		})
	}, func(m *model) {
		for _, d := range docs {
			m.docs["t "+version+" "+idOf([]byte(d))] = d
			m.sequence++
		}
	}}
}

func stepReplace(version, document string) step {
	return step{fmt.Sprintf("replace %.40s", document), func(s *sim) error {
		return s.collection("t", version, func(c *engine.Collection) error { return c.Replace([]byte(document)) })
	}, func(m *model) {
		id := idOf([]byte(document))
		delete(m.docs, "t v1 "+id)
		m.docs["t "+version+" "+id] = document
		m.sequence++
	}}
}

func stepDelete(version, id string) step {
	return step{"delete " + id, func(s *sim) error {
		return s.collection("t", version, func(c *engine.Collection) error {
			gone, err := c.Delete(id)
			if err == nil && !gone {
				return fmt.Errorf("there was no document %q", id)
			}
			return err
		})
	}, func(m *model) {
		delete(m.docs, "t "+version+" "+id)
		m.sequence++
	}}
}

func stepCheckpoint() step {
	return step{"checkpoint", func(s *sim) error {
		_, err := s.db.Checkpoint(ctx)
		return err
	}, nil}
}

func stepSnapshot() step {
	return step{"snapshot", func(s *sim) error {
		_, err := s.db.Snapshot(ctx)
		return err
	}, nil}
}

func stepCompact() step {
	return step{"compact", func(s *sim) error {
		_, err := s.db.Compact(ctx, nil)
		return err
	}, nil}
}

// stepRemove removes the oldest snapshot. Taken again after a failure it is done if
// that one is gone.
func stepRemove() step {
	return step{"remove the oldest snapshot", func(s *sim) error {
		list, err := s.db.Snapshots()
		if err != nil {
			return err
		}
		if s.removing == "" {
			s.removing = list[0].ID
		}
		id := s.removing
		if list[0].ID == id {
			if _, err := s.db.RemoveSnapshot(id); err != nil {
				return err
			}
			s.now = s.now.clone()
			s.now.removed[id] = true
		}
		s.removing = ""
		return nil
	}, nil}
}
