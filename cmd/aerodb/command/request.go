package command

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/aerodb/aerodb/engine"
	"github.com/aerodb/aerodb/engine/dberr"
	"github.com/aerodb/aerodb/engine/document"
	"github.com/aerodb/aerodb/jsonapi"
	"github.com/spf13/cobra"
)

// requestSlackBytes is the room a request line has beside its document.
const requestSlackBytes = 64 << 10

// requestCommand returns `aerodb request`.
func requestCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "request [FILE.jsonl]",
		Short: "the JSON API: a request a line in, a response a line out",
		Long: "Reads one JSON request a line, from FILE.jsonl or standard input, and answers\neach with one line. " +
			"A request that fails does not end the stream; the exit code\nis then 1.",
		Example: `echo '{"op":"query","schema_id":"quake","schema_version":"v1","sort":"-mag","limit":3}' | aerodb request`,
		Args:    parameters("[FILE.jsonl]"),
		RunE: a.opened(func(db *engine.DB, args []string) error {
			name := "-"
			if len(args) > 0 {
				name = args[0]
			}
			src, err := a.openSource(name)
			if err != nil {
				return err
			}
			defer src.close()
			return a.answer(db, src, name)
		}),
	}
}

// answer answers the requests in src. What is buffered goes out whenever the
// next request has yet to arrive, so that a caller may wait for each response.
func (a *app) answer(db *engine.DB, src io.Reader, name string) error {
	in := newLines(src, a.config.Limits.DocumentSize+requestSlackBytes)
	worst := answered(exitOK)
	for a.ctx.Err() == nil {
		line, tooLong, err := in.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return unreadable(name, err)
		}
		if !tooLong && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var response []byte
		ok := false
		if tooLong {
			response = jsonapi.Failure(dberr.New(dberr.DocumentTooLarge, "the request is longer than %d bytes", in.max))
		} else {
			response, ok = jsonapi.Handle(a.ctx, db, line)
		}
		if !ok {
			worst = max(worst, exitOf(response))
		}
		a.out.Write(response)
		a.out.WriteByte('\n')
		if in.waits() {
			if err := a.out.flush(); err != nil {
				return err
			}
		}
	}
	if a.ctx.Err() != nil {
		return context.Cause(a.ctx)
	}
	if worst != exitOK {
		return worst
	}
	return nil
}

// answered ends a command that has said in its responses what went wrong. Its
// value is the exit code.
type answered int

// Error is error; it is never printed.
func (e answered) Error() string { return fmt.Sprintf("requests failed, exit code %d", int(e)) }

// exitOf returns the exit code that the error in a response asks for.
func exitOf(response []byte) answered {
	v, err := document.Parse(response, document.Options{})
	if err != nil {
		return exitFailed
	}
	code, _ := v.Get("code")
	if exit, ok := exitCodes[dberr.Code(code.Str())]; ok {
		return answered(exit)
	}
	return exitFailed
}
