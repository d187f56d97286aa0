package command

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"
)

// The first Ctrl-C stops the statement, its echo does nothing, the second ends the
// process; after the statement Ctrl-C does nothing.
func TestCtrlCInAStatement(t *testing.T) {
	now := time.Date(2026, 2, 4, 11, 30, 0, 0, time.UTC)
	silent, keyboard := io.Pipe()
	defer keyboard.Close()
	var exits []int
	a := &app{
		env:   &Env{Now: func() time.Time { return now }, Exit: func(code int) { exits = append(exits, code) }},
		stdin: &input{ctx: context.Background(), r: silent},
	}
	ctx, end := a.statement(context.Background())
	press := *a.interrupt.Load()
	press()
	if !errors.Is(context.Cause(ctx), errStopped) {
		t.Errorf("the first gives %v", context.Cause(ctx))
	}
	if _, err := a.stdin.Read(make([]byte, 1)); !errors.Is(err, errStopped) {
		t.Errorf("a wait for input ends with %v", err)
	}
	now = now.Add(stopGrace - 1)
	press()
	if exits != nil {
		t.Errorf("the echo ends the process: %v", exits)
	}
	now = now.Add(1)
	press()
	if !slices.Equal(exits, []int{exitInterrupted}) {
		t.Errorf("the second: %v", exits)
	}
	end()
	now = now.Add(time.Second)
	press()
	if len(exits) != 1 {
		t.Errorf("after the statement: %v", exits)
	}
}
