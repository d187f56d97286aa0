package backup

import (
	"crypto/sha256"
	"hash"
)

// besideBytes is the smallest piece that is worth a second processor.
const besideBytes = 64 << 10

// A summer computes the SHA-256 of a stream beside whoever reads or writes it: the
// hash is what bounds both, and a second processor hides it. Its goroutine lives
// from the first large piece to close, and works only while one is being summed.
type summer struct {
	hash hash.Hash
	in   chan []byte   // nil while there is no goroutine
	done chan struct{} // one for each piece; closed by the goroutine when it ends
	busy bool
}

func newSummer() *summer { return &summer{hash: sha256.New()} }

func (s *summer) start() {
	s.in, s.done = make(chan []byte), make(chan struct{})
	go func() {
		defer close(s.done)
		for p := range s.in {
			s.hash.Write(p)
			s.done <- struct{}{}
		}
	}()
}

// add adds a piece, which must not change before the next call of any method, and
// gives up the piece before.
func (s *summer) add(p []byte) {
	s.wait()
	if len(p) < besideBytes {
		s.hash.Write(p)
		return
	}
	if s.in == nil {
		s.start()
	}
	s.in <- p
	s.busy = true
}

func (s *summer) wait() {
	if s.busy {
		<-s.done
		s.busy = false
	}
}

// sum returns the SHA-256 of all pieces so far.
func (s *summer) sum() (sum [sha256.Size]byte) {
	s.wait()
	s.hash.Sum(sum[:0])
	return sum
}

// close ends the goroutine.
func (s *summer) close() {
	s.wait()
	if s.in != nil {
		close(s.in)
		<-s.done
	}
}
