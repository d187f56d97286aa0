// Package redis is Redis behind the benchmark's Store: redis-server from the PATH, over a
// Unix socket, with an append-only file that is synced before every answer (appendfsync
// always), no other snapshots, and otherwise its defaults.
//
//	d:<_id>        string       the document
//	age            sorted set   _ids by age
//	city:<city>    sorted set   _ids, all of score 0
//
// A document and its index entries are one MULTI. A query is one call of a script: the
// _ids of the sorted set, then their documents.
package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/aerodb/aerodb/bench/store"
	"github.com/aerodb/aerodb/bench/store/server"
	"github.com/aerodb/aerodb/bench/users"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Program is what must be on the PATH.
const Program = "redis-server"

const socket = "redis.sock"

var ctx = context.Background()

// documents is the end of both queries: Redis takes at most a few thousand arguments from
// unpack, far more than a query's limit.
const documents = `
if #ids == 0 then return {} end
for i, id in ipairs(ids) do ids[i] = 'd:' .. id end
return redis.call('MGET', unpack(ids))`

var (
	byCity = redis.NewScript(`local ids = redis.call('ZRANGE', KEYS[1], 0, ARGV[1] - 1)` + documents)
	byAge  = redis.NewScript(`local ids = redis.call('ZRANGE', 'age', ARGV[1], ARGV[2], 'BYSCORE', 'LIMIT', 0, ARGV[3])` + documents)
)

// A Store is a running server and a client of it.
type Store struct {
	*server.Server
	dir *os.File
	c   *redis.Client
}

// Open implements store.Open.
func Open(dir string) (store.Store, error) { return open(dir, "yes") }

func open(dir, appendonly string) (*Store, error) {
	cmd := exec.Command(Program, "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700",
		"--appendonly", appendonly, "--appendfsync", "always", "--save", "", "--logfile", "redis.log")
	cmd.Dir = dir
	handle, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	srv, err := server.Start(cmd)
	if err != nil {
		return nil, errors.Join(err, handle.Close())
	}
	s := &Store{Server: srv, dir: handle}
	s.c = redis.NewClient(&redis.Options{
		Network: "unix", Addr: socket, Dialer: s.dial, MaxRetries: -1, ReadTimeout: -1, WriteTimeout: -1, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	if err := s.Answers(s.ping); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "redis.log"))
		return nil, errors.Join(fmt.Errorf("%w\n%s", err, log), s.c.Close(), handle.Close())
	}
	return s, nil
}

// dial goes by way of the open directory: the name of a socket may have 107 bytes only.
func (s *Store) dial(context.Context, string, string) (net.Conn, error) {
	return net.Dial("unix", fmt.Sprintf("/proc/self/fd/%d/%s", s.dir.Fd(), socket))
}

// ping fails until the server has loaded its data.
func (s *Store) ping() error {
	// A look at the socket costs less than the client's attempt, and the client backs off
	// after some that fail.
	conn, err := s.dial(ctx, "", "")
	if err != nil {
		return err
	}
	conn.Close()
	return s.c.Ping(ctx).Err()
}

// Close implements store.Store: all is in the append-only file.
func (s *Store) Close() error {
	// The server ends without an answer, which the client takes for an error.
	_ = s.c.ShutdownNoSave(ctx).Err()
	return errors.Join(s.Wait(), s.c.Close(), s.dir.Close())
}

// Share implements store.Store: Redis syncs once for all who wait.
func (s *Store) Share(int) {}

func cityKey(city string) string { return "city:" + city }

func queue(p redis.Pipeliner, doc users.Doc) {
	p.Set(ctx, "d:"+doc.ID, doc.JSON, 0)
	p.ZAdd(ctx, "age", redis.Z{Score: float64(doc.Age), Member: doc.ID})
	p.ZAdd(ctx, cityKey(doc.City), redis.Z{Member: doc.ID})
}

func (s *Store) commit(f func(redis.Pipeliner)) error {
	_, err := s.c.TxPipelined(ctx, func(p redis.Pipeliner) error { f(p); return nil })
	return err
}

// Insert implements store.Store.
func (s *Store) Insert(doc users.Doc) error {
	return s.commit(func(p redis.Pipeliner) { queue(p, doc) })
}

// InsertMany implements store.Store, with one command a key instead of one a document.
func (s *Store) InsertMany(docs []users.Doc) error {
	texts, ages, cities := make([]any, 0, 2*len(docs)), make([]redis.Z, len(docs)), map[string][]redis.Z{}
	for i, doc := range docs {
		texts = append(texts, "d:"+doc.ID, doc.JSON)
		ages[i] = redis.Z{Score: float64(doc.Age), Member: doc.ID}
		cities[doc.City] = append(cities[doc.City], redis.Z{Member: doc.ID})
	}
	return s.commit(func(p redis.Pipeliner) {
		p.MSet(ctx, texts...)
		p.ZAdd(ctx, "age", ages...)
		for city, ids := range cities {
			p.ZAdd(ctx, cityKey(city), ids...)
		}
	})
}

// Replace implements store.Store.
func (s *Store) Replace(doc users.Doc) error {
	old, err := s.Get(doc.ID)
	if err != nil {
		return err
	}
	_, city := users.Fields(old)
	return s.commit(func(p redis.Pipeliner) {
		if city != doc.City {
			p.ZRem(ctx, cityKey(city), doc.ID)
		}
		queue(p, doc)
	})
}

// Delete implements store.Store.
func (s *Store) Delete(id string) error {
	old, err := s.Get(id)
	if err != nil {
		return err
	}
	_, city := users.Fields(old)
	return s.commit(func(p redis.Pipeliner) {
		p.Del(ctx, "d:"+id)
		p.ZRem(ctx, "age", id)
		p.ZRem(ctx, cityKey(city), id)
	})
}

// Get implements store.Store.
func (s *Store) Get(id string) ([]byte, error) {
	doc, err := s.c.Get(ctx, "d:"+id).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return doc, err
}

// City implements store.Store.
func (s *Store) City(city string, limit int) ([][]byte, error) {
	return collect(byCity.Run(ctx, s.c, []string{cityKey(city)}, limit).StringSlice())
}

// Age implements store.Store.
func (s *Store) Age(low, high, limit int) ([][]byte, error) {
	return collect(byAge.Run(ctx, s.c, nil, low, high, limit).StringSlice())
}

func collect(texts []string, err error) ([][]byte, error) {
	docs := make([][]byte, len(texts))
	for i, text := range texts {
		docs[i] = []byte(text)
	}
	return docs, err
}
