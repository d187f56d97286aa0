// Package progress shows on a terminal how far a long call has come: what is done, the
// rate and the time left. Where there is no terminal it shows nothing at all.
package progress

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Unknown is the total of work whose size is not known beforehand.
const Unknown = -1

// redraw is how often a bar is drawn at most.
const redraw = 100 * time.Millisecond

// Bar is one line that is drawn over and over and wiped when the work ends. A nil Bar
// shows nothing.
type Bar struct{ bar *progressbar.ProgressBar }

// Unit is what a bar counts.
type Unit int

// The units.
const (
	Bytes Unit = iota
	Documents
)

// New starts a bar on w, or returns nil if w is no terminal.
func New(w io.Writer, terminal bool, label string, total int64, unit Unit) *Bar {
	if !terminal {
		return nil
	}
	options := []progressbar.Option{
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(label),
		progressbar.OptionThrottle(redraw),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(30),
		progressbar.OptionUseIECUnits(true),
		progressbar.OptionSetSpinnerChangeInterval(0), // no goroutine of its own: it races with the end
	}
	if unit == Bytes {
		options = append(options, progressbar.OptionShowBytes(true))
	} else {
		options = append(options, progressbar.OptionShowIts(), progressbar.OptionSetItsString("documents"))
	}
	return &Bar{progressbar.NewOptions64(total, options...)}
}

// Set says how much is done.
func (b *Bar) Set(done int64) {
	if b != nil {
		_ = b.bar.Set64(done) // a bar that cannot be drawn is no reason to stop
	}
}

// Finish wipes the bar, also one that did not come to its end.
func (b *Bar) Finish() {
	if b != nil {
		_ = b.bar.Clear()
		_ = b.bar.Exit()
	}
}
