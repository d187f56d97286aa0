package progress

import "io"

// Steps shows the bars of a call that takes some steps after one another, such as to
// unpack and then to verify, and that tells for each how many bytes are done of how
// many. Without a terminal it shows nothing.
type Steps struct {
	w        io.Writer
	terminal bool
	labels   []string
	step     int // bars begun

	bar         *Bar
	done, total int64
}

// NewSteps returns the bars of a call whose steps have these labels, and begin with the
// first again after the last.
func NewSteps(w io.Writer, terminal bool, labels ...string) *Steps {
	return &Steps{w: w, terminal: terminal, labels: labels}
}

// Set says how much of the step is done. A step is another one if its total is
// another, or if less is done than before.
func (s *Steps) Set(done, total int64) {
	if !s.terminal {
		return
	}
	if s.bar == nil || total != s.total || done < s.done {
		s.bar.Finish()
		label := s.labels[s.step%len(s.labels)]
		s.step++
		size := total
		if size <= 0 {
			size = Unknown
		}
		s.bar = New(s.w, true, label, size, Bytes)
	}
	s.done, s.total = done, total
	s.bar.Set(done)
}

// Finish wipes the bar.
func (s *Steps) Finish() { s.bar.Finish() }
