package selftest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/schema"
)

// A loop kills processes that work on a scratch database, and checks after each that
// what they acknowledged is there.
type loop struct {
	t      *test
	ctx    context.Context
	random *rand.Rand
	now    contents                 // acknowledged
	serial int                      // of the documents made so far
	usual  map[string]time.Duration // how long a command takes that is left alone
	ack    time.Duration            // how long the last answer took
}

const schemaText = `{"schema_id":"x","schema_version":"v1","fields":{"_id":{"type":"string","required":true},"n":"int","pad":"string"},"indexes":["n"]}`

// database makes the checks that need a database and other processes.
func (t *test) database(ctx context.Context) error {
	l := &loop{t: t, ctx: ctx, random: rand.New(rand.NewPCG(t.Seed, 0)), now: contents{}, usual: map[string]time.Duration{}}
	err := l.init()
	if err == nil {
		err = l.locks()
	}
	if err == nil {
		err = l.run()
	}
	r := &t.result
	measured := fmt.Sprintf("%d kills in %d rounds, %d writes acknowledged", r.Kills, r.Rounds, r.Writes)
	var found finding
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &found):
		t.verdict("crash loop", Fail, measured+"; "+found.Error(), fmt.Sprintf("a database is not safe here; seed %d", t.Seed))
	case err != nil:
		return err
	default:
		t.verdict("crash loop", OK, measured+", none lost", "a killed process loses nothing that it acknowledged")
	}
	return nil
}

func (l *loop) options() engine.Options {
	return engine.Options{Dir: l.t.path("data"), FS: l.t.FS, Now: l.t.Now, Rand: l.t.Rand, WALMaxSize: walSize, Command: "aerodb selftest"}
}

// init makes the scratch database.
func (l *loop) init() error {
	if _, err := engine.Init(l.options()); err != nil {
		return finding(err.Error())
	}
	return l.withOpen(func(db *engine.DB) error {
		s, err := schema.Parse([]byte(schemaText))
		if err == nil {
			_, err = db.DefineSchema(s)
		}
		return err
	})
}

// withOpen opens the database in this process for as long as do runs.
func (l *loop) withOpen(do func(*engine.DB) error) error {
	db, err := engine.Open(l.ctx, l.options())
	if err != nil {
		return finding(err.Error())
	}
	err = do(db)
	if cerr := db.Close(); err == nil && cerr != nil {
		err = finding(cerr.Error())
	}
	return err
}

// locks has another process try the database while this one has it open, and after.
func (l *loop) locks() error {
	var held int
	var heldText string
	err := l.withOpen(func(*engine.DB) (err error) {
		held, heldText, err = l.left("stats")
		return err
	})
	if err != nil {
		return err
	}
	free, freeText, err := l.left("stats")
	if err != nil {
		return err
	}
	const exitLocked = 3
	switch {
	case held != exitLocked:
		l.t.verdict("locks", Fail, unexpected("stats", held, heldText).Error(), "two processes can open one database: they would destroy it")
	case free != 0:
		l.t.verdict("locks", Fail, unexpected("stats", free, freeText).Error(), "a lock outlives its process")
	default:
		l.t.verdict("locks", OK, "a second process was kept out", "one process at a time has a database open")
	}
	return nil
}

// start starts a command on the scratch database; it is killed if the test is
// interrupted.
func (l *loop) start(args ...string) (*Child, error) {
	child, err := l.t.Start(l.t.scratch, append(args, "--data-dir", "data"), variables)
	if err != nil {
		return nil, dberr.New(dberr.StorageIOError, "this program cannot be started again: %w", err)
	}
	stop := context.AfterFunc(l.ctx, child.Kill)
	wait := child.Wait
	child.Wait = func() (int, string) {
		defer stop()
		return wait()
	}
	return child, nil
}

// left runs a command and leaves it alone.
func (l *loop) left(args ...string) (code int, stderr string, err error) {
	child, err := l.start(args...)
	if err != nil {
		return 0, "", err
	}
	code, stderr = child.end()
	if l.ctx.Err() != nil {
		return 0, "", context.Cause(l.ctx)
	}
	return code, stderr, nil
}

// run kills until all rounds are done or the time is over.
func (l *loop) run() error {
	works := []func() error{
		l.writes, l.recovery, l.command("checkpoint"), l.writes, l.command("snapshot"), l.writes, l.recovery, l.command("compact"),
	}
	began := l.t.Now()
	for round := range l.t.Rounds {
		if l.t.TimeMax > 0 && l.t.Now().Sub(began) > l.t.TimeMax {
			break
		}
		if err := works[round%len(works)](); err != nil {
			return err
		}
		l.t.result.Rounds++
		if l.t.Progress != nil {
			l.t.Progress(int64(round+1), int64(l.t.Rounds))
		}
	}
	return nil
}

// writes kills a process that writes.
func (l *loop) writes() error {
	may, err := l.writeAndKill()
	if err != nil {
		return err
	}
	return l.owed("writes", may...)
}

// recovery kills a process that writes, and then one that recovers.
func (l *loop) recovery() error {
	may, err := l.writeAndKill()
	if err == nil {
		err = l.killed("stats")
	}
	if err != nil {
		return err
	}
	return l.owed("recovery", may...)
}

// command kills a command that writes what it finds in the log elsewhere.
func (l *loop) command(name string) func() error {
	return func() error {
		if err := l.settle(10); err != nil {
			return err
		}
		if err := l.killed(name, "--quiet"); err != nil {
			return err
		}
		return l.owed(name, l.now)
	}
}

// settle makes n writes by a process that is left alone.
func (l *loop) settle(n int) error {
	c, err := l.request()
	if err != nil {
		return err
	}
	l.write(c, n)
	if code, stderr := c.end(); code != 0 {
		return unexpected("request", code, stderr)
	}
	return nil
}

// write makes n writes; it stops at one that is not acknowledged, whose process then
// does not end well.
func (l *loop) write(c *client, n int) {
	for range n {
		next, request := l.someWrite()
		began := l.t.Now()
		if c.ask(request) != answerOK {
			return
		}
		l.ack = l.t.Now().Sub(began)
		l.now = next
		l.t.result.Writes++
	}
}

// writeAndKill kills a process in the middle of a write. It returns what may be there:
// all that was acknowledged, and perhaps the one write in flight.
func (l *loop) writeAndKill() ([]contents, error) {
	c, err := l.request()
	if err != nil {
		return nil, err
	}
	l.write(c, l.random.IntN(40))
	next, request := l.someWrite()
	timer := time.AfterFunc(l.moment(2*l.ack), c.Kill)
	answer := c.ask(request)
	timer.Stop()
	c.Kill()
	if code, stderr := c.end(); code != -1 {
		return nil, unexpected("request", code, stderr)
	}
	l.t.result.Kills++
	if answer == answerOK {
		l.t.result.Writes++
		return []contents{next}, nil
	}
	return []contents{l.now, next}, nil
}

// killed runs a command and kills it at some moment of the time it usually takes.
func (l *loop) killed(args ...string) error {
	began := l.t.Now()
	child, err := l.start(args...)
	if err != nil {
		return err
	}
	usual := l.usual[args[0]]
	if usual > 0 {
		timer := time.AfterFunc(l.moment(usual), child.Kill)
		defer timer.Stop()
	}
	switch code, stderr := child.end(); {
	case l.ctx.Err() != nil:
		return context.Cause(l.ctx)
	case code == -1 && usual > 0:
		l.t.result.Kills++
	case code == 0:
		l.usual[args[0]] = l.t.Now().Sub(began)
	default:
		return unexpected(args[0], code, stderr)
	}
	return nil
}

// moment returns a random part of d.
func (l *loop) moment(d time.Duration) time.Duration {
	return time.Duration(l.random.Float64() * float64(d))
}
