package selftest

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Start starts this program as another process, with dir as its working directory,
// these arguments, and these variables (NAME=value) in place of all of AeroDB's.
type Start func(dir string, args, variables []string) (*Child, error)

// A Child is a process of this program.
type Child struct {
	Stdin  io.WriteCloser
	Stdout io.Reader
	Kill   func() // at once, without warning, if it still runs
	// Wait waits for the end and returns the exit code, -1 if it was killed, and what
	// the process wrote to standard error. Standard output is read to its end before.
	Wait func() (code int, stderr string)
}

// variables make the log small, so that checkpoints are frequent, and keep quiet.
var variables = []string{"AERODB_WAL_MAX_SIZE=64KiB", "AERODB_LOG_LEVEL=error"}

// walSize is that log's size in bytes.
const walSize = 64 << 10

// A client talks to `aerodb request`.
type client struct {
	*Child
	answers *bufio.Reader
}

func (l *loop) request() (*client, error) {
	child, err := l.start("request")
	if err != nil {
		return nil, err
	}
	return &client{child, bufio.NewReader(child.Stdout)}, nil
}

const answerOK = `{"status":"ok","data":[]}` + "\n"

// ask sends one request and waits for its answer. A process that is gone answers "".
func (c *client) ask(request string) (answer string) {
	if _, err := io.WriteString(c.Stdin, request+"\n"); err != nil {
		return ""
	}
	answer, _ = c.answers.ReadString('\n')
	return answer
}

// end closes the child's input, reads the rest and waits.
func (c *Child) end() (code int, stderr string) {
	_ = c.Stdin.Close() // it may be gone, and its pipe with it
	_, _ = io.Copy(io.Discard, c.Stdout)
	return c.Wait()
}

// unexpected says how a process ended that should have ended otherwise.
func unexpected(command string, code int, stderr string) error {
	return finding(fmt.Sprintf("aerodb %s ended with exit code %d: %s", command, code, strings.TrimSpace(stderr)))
}

// A finding is what the disk, or the program on it, did wrong.
type finding string

func (f finding) Error() string { return string(f) }
