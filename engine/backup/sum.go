package backup

import (
	"crypto/sha256"
	"hash"
)

// A summer computes the SHA-256 of a stream beside whoever reads or writes it: the
// hash is what bounds both, and a second processor hides it. Its goroutine lives
// from newSummer to close, and works only while a piece is being summed.
type summer struct {
	hash hash.Hash
	in   chan []byte
	done chan struct{} // one for each piece; closed by the goroutine when it ends
	busy bool
}

func newSummer() *summer {
	s := &summer{hash: sha256.New(), in: make(chan []byte), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		for p := range s.in {
			s.hash.Write(p)
			s.done <- struct{}{}
		}
	}()
	return s
}

// add adds a piece, which must not change before the next call of any method, and
// gives up the piece before.
func (s *summer) add(p []byte) {
	s.wait()
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
	close(s.in)
	<-s.done
}
