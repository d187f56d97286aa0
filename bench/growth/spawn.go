package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// A process does one job; its database is still open.
type process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	whole   time.Duration // from its start to its outcome
	outcome Outcome
}

// spawn starts this program again, to do a job, and waits for the outcome.
func spawn(ctx context.Context, job Job) (*process, error) {
	text, err := json.Marshal(job)
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.CommandContext(ctx, program, "-job", string(text))}
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	p.whole = time.Since(begin)
	if err == nil {
		err = json.Unmarshal(line, &p.outcome)
	}
	if err != nil {
		p.kill()
		return nil, fmt.Errorf("job %s: no outcome: %w", job.Do, err)
	}
	return p, nil
}

// close lets the process close its database and end.
func (p *process) close() error { return errors.Join(p.in.Close(), p.cmd.Wait()) }

// kill ends the process at once.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // "signal: killed" is what was wanted
}

// processor returns what the process, which has ended, took of the processors.
func (p *process) processor() time.Duration {
	return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
}

// do does a job and lets the process end.
func do(ctx context.Context, job Job) (Outcome, error) {
	p, err := spawn(ctx, job)
	if err != nil {
		return Outcome{}, err
	}
	return p.outcome, p.close()
}
