// Package server runs the server of a database as a child process, for subjects that are
// no library.
package server

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// A Server is a child process. It dies with this one, however this one dies.
type Server struct {
	cmd    *exec.Cmd
	exited chan struct{} // closed once err is set
	err    error
}

// Start starts the server.
func Start(cmd *exec.Cmd) (*Server, error) {
	s := &Server{cmd: cmd, exited: make(chan struct{})}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// The signal comes when the thread that started the child ends, so it must not
		// end before.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			s.err = cmd.Wait()
			close(s.exited)
		}
	}()
	return s, <-started
}

// Process returns the id of the process.
func (s *Server) Process() int { return s.cmd.Process.Pid }

// Answers tries every millisecond until try succeeds or the server has exited.
func (s *Server) Answers(try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-s.exited:
			return fmt.Errorf("%s ended before it answered: %w", s.cmd.Path, errors.Join(s.err, err))
		case <-time.After(time.Millisecond):
		}
	}
}

// Wait waits until the server has exited, which it must have been told to.
func (s *Server) Wait() error {
	<-s.exited
	return s.err
}

// Kill ends the server at once.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	<-s.exited
}
