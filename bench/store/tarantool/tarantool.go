// Package tarantool is Tarantool behind the benchmark's Store: its memory engine, with
// wal_mode=fsync and room for a million documents, and otherwise its defaults. Documents
// are tuples of eight fields, with an index on age and one on city.
//
// Lua inside it (driver.lua) does the calls and times them, so that no protocol is in the
// figures; 16 writers are 16 fibers. What its reads return is tuples.
package tarantool

import (
	"bufio"
	_ "embed" // driver.lua
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/store/server"
	"github.com/aerodb/aerodb/bench/users"
)

// Program is what must be on the PATH.
const Program = "tarantool"

//go:embed driver.lua
var driver string

// A Store is a running Tarantool.
type Store struct {
	*server.Server
	dir string

	mu  sync.Mutex // guards in and out, from a request to its answer
	in  io.WriteCloser
	out *bufio.Reader
}

type request struct {
	Op      string   `json:"op"`
	Calls   []call   `json:"calls,omitempty"`
	Writers int      `json:"writers,omitempty"`
	IDs     []string `json:"ids,omitempty"`
}

type call struct {
	Op    store.Op `json:"op"`
	ID    string   `json:"id,omitempty"`
	City  string   `json:"city,omitempty"`
	Low   int      `json:"low,omitempty"`
	High  int      `json:"high,omitempty"`
	Limit int      `json:"limit,omitempty"`
	Least int      `json:"least"`
	Docs  []string `json:"docs,omitempty"`
}

type answer struct {
	NS    int64
	Docs  []string
	Files []string
	Err   string
}

// Open implements store.Open.
func Open(dir string) (store.Store, error) {
	cmd := exec.Command(Program, "-e", driver)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	srv, err := server.Start(cmd)
	if err != nil {
		return nil, err
	}
	s := &Store{Server: srv, dir: dir, in: in, out: bufio.NewReader(out)}
	if _, err := s.ask(request{Op: "open"}); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "tarantool.log"))
		srv.Kill()
		return nil, fmt.Errorf("starting %s: %w\n%s", Program, err, log)
	}
	return s, nil
}

func (s *Store) ask(r request) (a answer, err error) {
	line, err := json.Marshal(r)
	if err != nil {
		return a, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.in.Write(append(line, '\n')); err != nil {
		return a, err
	}
	if line, err = s.out.ReadBytes('\n'); err != nil {
		return a, err
	}
	if err := json.Unmarshal(line, &a); err != nil {
		return a, fmt.Errorf("%w in %q", err, line)
	}
	if a.Err != "" {
		return a, errors.New(a.Err)
	}
	return a, nil
}

func makeCall(c store.Call) call {
	made := call{Op: c.Op, ID: c.ID, City: c.City, Low: c.Low, High: c.High, Limit: c.Limit, Least: c.Least}
	for _, doc := range c.Docs {
		made.Docs = append(made.Docs, string(doc.JSON))
	}
	return made
}

// Run implements store.Runner.
func (s *Store) Run(calls []store.Call, writers int) (time.Duration, error) {
	r := request{Op: "run", Writers: writers, Calls: make([]call, len(calls))}
	for i, c := range calls {
		r.Calls[i] = makeCall(c)
	}
	a, err := s.ask(r)
	return time.Duration(a.NS), err
}

// Script implements store.Scripter.
func (s *Store) Script(ids []string) (time.Duration, error) {
	a, err := s.ask(request{Op: "script", IDs: ids})
	return time.Duration(a.NS), err
}

func (s *Store) one(c store.Call) error {
	_, err := s.Run([]store.Call{c}, 1)
	return err
}

func (s *Store) find(c store.Call) (docs [][]byte, err error) {
	a, err := s.ask(request{Op: "find", Calls: []call{makeCall(c)}})
	for _, doc := range a.Docs {
		docs = append(docs, []byte(doc))
	}
	return docs, err
}

// Share implements store.Store.
func (s *Store) Share(int) {}

// Close implements store.Store.
func (s *Store) Close() error { return errors.Join(s.in.Close(), s.Wait()) }

// Insert implements store.Store.
func (s *Store) Insert(doc users.Doc) error {
	return s.one(store.Call{Op: store.Insert, Docs: []users.Doc{doc}})
}

// InsertMany implements store.Store.
func (s *Store) InsertMany(docs []users.Doc) error {
	return s.one(store.Call{Op: store.InsertMany, Docs: docs})
}

// Replace implements store.Store.
func (s *Store) Replace(doc users.Doc) error {
	return s.one(store.Call{Op: store.Replace, Docs: []users.Doc{doc}})
}

// Delete implements store.Store.
func (s *Store) Delete(id string) error { return s.one(store.Call{Op: store.Delete, ID: id}) }

// Get implements store.Store.
func (s *Store) Get(id string) ([]byte, error) {
	docs, err := s.find(store.Call{Op: store.Get, ID: id})
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	return docs[0], nil
}

// City implements store.Store.
func (s *Store) City(city string, limit int) ([][]byte, error) {
	return s.find(store.Call{Op: store.City, City: city, Limit: limit})
}

// Age implements store.Store.
func (s *Store) Age(low, high, limit int) ([][]byte, error) {
	return s.find(store.Call{Op: store.Age, Low: low, High: high, Limit: limit})
}

// Settle implements store.Settler. Tarantool 2.6 goes on with the log that it finds
// without syncing it, whatever wal_mode says; it begins a new one, which it syncs, after a
// snapshot, if the old one is not empty. So nothing that is timed may be written to a
// database that was opened again and not settled.
func (s *Store) Settle() error {
	_, err := s.ask(request{Op: "settle"})
	return err
}

// Snapshot implements store.Snapshotter: a copy, since Tarantool has nothing else.
func (s *Store) Snapshot(string) error {
	_, err := s.ask(request{Op: "snapshot"})
	return err
}

// Backup implements store.Backuper: the file of a snapshot, copied.
func (s *Store) Backup(path string) error {
	a, err := s.ask(request{Op: "snapshot"})
	if err != nil {
		return err
	}
	for _, file := range a.Files {
		if strings.HasSuffix(file, ".snap") {
			return store.CopySynced(filepath.Join(s.dir, file), path)
		}
	}
	return fmt.Errorf("no snapshot among %q", a.Files)
}

// Restore implements store.Restorer: opening a snapshot reads it all and checks its sums.
func (s *Store) Restore(backup, dir string) error {
	name, err := snapshotName(backup)
	if err != nil {
		return err
	}
	return store.RestoreFile(backup, dir, name, Open)
}

var clockRE = regexp.MustCompile(`(?m)^VClock: \{1: (\d+)\}$`)

// snapshotName returns the name that a snapshot must have: the number of its last change,
// which is in its head.
func snapshotName(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF {
		return "", err
	}
	number := clockRE.FindSubmatch(head[:n])
	if number == nil {
		return "", fmt.Errorf("%s: no clock in the head of the snapshot", path)
	}
	return fmt.Sprintf("%020s.snap", number[1]), nil
}
