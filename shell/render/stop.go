package render

import "errors"

// ErrStopped says that Options.Stop ended the rendering; nothing was written.
var ErrStopped = errors.New("the rendering was stopped")

// A stopper asks now and then whether to go on. Every loop whose length is that of a
// value asks it. Nil goes on.
type stopper struct {
	stop  func() bool
	steps int
}

// askEvery is how many steps, each a value or a character, are made unasked.
const askEvery = 256

// step unwinds to catch when it is time to stop.
func (s *stopper) step() {
	if s == nil {
		return
	}
	if s.steps++; s.steps%askEvery == 0 && s.stop() {
		panic(ErrStopped)
	}
}

// catch makes an error of the end that step brought about. It is deferred.
func catch(err *error) {
	switch cause := recover(); cause {
	case nil:
	case ErrStopped:
		*err = ErrStopped
	default:
		panic(cause)
	}
}

func (o Options) stopper() *stopper {
	if o.Stop == nil {
		return nil
	}
	return &stopper{stop: o.Stop}
}
