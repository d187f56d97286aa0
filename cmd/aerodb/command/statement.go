package command

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Patience with a statement that was interrupted.
const (
	stopGrace    = 100 * time.Millisecond // a second Ctrl-C so soon is the first one's echo
	stopPatience = time.Second            // then a person is told what else there is
)

// errStopped is the cause of a statement's context that Ctrl-C cancelled.
var errStopped = errors.New("Ctrl-C")

// A running statement of the prompt is stopped by a Ctrl-C. A second one, where the
// first has not helped, ends the process.
type running struct {
	app    *app
	cancel context.CancelCauseFunc
	ended  chan struct{}

	mu      sync.Mutex
	over    bool
	stopped time.Time // zero before the first Ctrl-C
}

// statement derives the context of one statement of the prompt, which Ctrl-C ends.
func (a *app) statement(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	r := &running{app: a, cancel: cancel, ended: make(chan struct{})}
	idle := a.interrupt.Load()
	stop := r.stop
	a.interrupt.Store(&stop)
	a.stdin.during.Store(&ctx)
	return ctx, func() {
		a.stdin.during.Store(nil)
		a.interrupt.Store(idle)
		r.end()
	}
}

// stop is Ctrl-C.
func (r *running) stop() {
	r.mu.Lock()
	over, first, now := r.over, r.stopped.IsZero(), r.app.env.Now()
	again := !first && now.Sub(r.stopped) >= stopGrace
	if first {
		r.stopped = now
	}
	r.mu.Unlock()
	switch {
	case over: // it arrived late: nothing runs any more
	case first:
		r.cancel(errStopped)
		go r.sayHowToEnd()
	case again:
		r.app.end()
	}
}

// end is the statement's end.
func (r *running) end() {
	r.mu.Lock()
	r.over = true
	r.mu.Unlock()
	close(r.ended)
	r.cancel(nil)
}

// sayHowToEnd tells a person who waits for the statement to stop what else there is.
func (r *running) sayHowToEnd() {
	patience := time.NewTimer(stopPatience)
	defer patience.Stop()
	select {
	case <-r.ended:
	case <-patience.C:
		r.app.say("the call goes on to its next safe point; Ctrl-C again ends the shell, with what was acknowledged on disk")
	}
}
