package command

import (
	"context"
	"errors"
)

// errSignal is the cause of a context that a signal cancelled.
var errSignal = errors.New("a signal arrived")

// watch cancels the context it returns at the first signal, so that the call
// under way ends at its next safe point and the database is closed cleanly. A
// second signal ends the process, though never in the middle of a commit: what was
// acknowledged is on disk, and the next open recovers it.
//
// While the shell is at its prompt a Ctrl-C must not end it: the shell takes
// them over with a.interrupt.
func (a *app) watch() (stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	a.ctx, a.cancel = ctx, cancel
	done := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-a.env.Signals:
				a.signalled(s)
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		cancel(nil)
	}
}

// signalled acts on one signal.
func (a *app) signalled(s Signal) {
	if f := a.interrupt.Load(); f != nil && s == Interrupt {
		(*f)()
		return
	}
	switch cause := context.Cause(a.ctx); cause {
	case nil:
		a.cancel(errSignal)
	case context.Canceled: // it arrived late: the command is over
	default:
		a.end()
	}
}

// end ends the process between two changes of the database, without closing it.
func (a *app) end() {
	if db := a.db.Load(); db != nil {
		resume := db.Hold()
		defer resume()
	}
	a.env.Exit(exitInterrupted)
}
