package lineedit

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// resumeWait is how long suspend waits for the process to be stopped. A process whose
// parent does no job control is not, and goes on then.
const resumeWait = 200 * time.Millisecond

// suspend is Ctrl-Z: it does what the terminal does when it is not read key by key.
func (e *Editor) suspend() error {
	e.finish("")
	e.leave()
	resumed := make(chan os.Signal, 1)
	signal.Notify(resumed, syscall.SIGCONT)
	defer signal.Stop(resumed)
	err := syscall.Kill(0, syscall.SIGTSTP)
	if err == nil {
		select {
		case <-resumed:
		case <-time.After(resumeWait):
		}
	}
	return e.enter()
}
