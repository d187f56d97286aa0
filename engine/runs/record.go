package runs

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/aerodb/aerodb/engine/crc32c"
	"github.com/aerodb/aerodb/engine/dberr"
)

// Kind says what a record tells.
type Kind string

// The kinds of records.
const (
	KindBegin      Kind = "begin"       // the run has started; the first record
	KindResumed    Kind = "resumed"     // it goes on after a failure
	KindStepBegin  Kind = "step-begin"  // the function of a step is about to be called
	KindStepEnd    Kind = "step-end"    // it returned Result
	KindStepFailed Kind = "step-failed" // it raised an error
	KindFailed     Kind = "failed"      // the script ended with an error
	KindEnd        Kind = "end"         // the script ended
	KindRehearsal  Kind = "rehearsal"   // a rehearsal, the only record of its file
)

// State is the state of a database, to tell whether it has moved.
type State struct {
	UUID     string `json:"uuid"`
	Sequence uint64 `json:"sequence"`
	Digest   string `json:"digest"` // 64 hexadecimal digits
}

// String describes the state in one line.
func (s State) String() string {
	return fmt.Sprintf("sequence %d, digest %.16s...", s.Sequence, s.Digest)
}

// moved says how far a database went from one state to another.
func moved(was, now State) string {
	text := fmt.Sprintf("it was at %s and is at %s", was, now)
	if was.UUID != now.UUID {
		text += fmt.Sprintf(", of another database (%s, now %s)", was.UUID, now.UUID)
	}
	return text
}

// A Source is a file of Lua that a run has read.
type Source struct {
	Name   string `json:"name"` // as the script named it; "-" is standard input
	SHA256 string `json:"sha256"`
}

// NewSource describes the content of a file.
func NewSource(name string, content []byte) Source {
	sum := sha256.Sum256(content)
	return Source{name, hex.EncodeToString(sum[:])}
}

// Script is what is run.
type Script struct {
	Path       string   `json:"path"`      // as it was named; "-" is standard input
	Directory  string   `json:"directory"` // the working directory, which relative names start from
	Args       []string `json:"args"`      // what is not UTF-8 in them is replaced
	ArgsSHA256 string   `json:"args_sha256"`
}

// NewScript describes a script and its arguments.
func NewScript(path, directory string, args []string) Script {
	h := sha256.New()
	for _, a := range args {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(a))))
		h.Write([]byte(a))
	}
	return Script{path, directory, append([]string{}, args...), hex.EncodeToString(h.Sum(nil))}
}

// Problem is what a script or a step failed of.
type Problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// A Record is one line. Kind says which of the members have a meaning.
type Record struct {
	N         int             `json:"n"`
	Format    int             `json:"format,omitempty"` // of the file; begin, rehearsal
	Kind      Kind            `json:"kind"`
	Time      string          `json:"time"` // RFC 3339, UTC
	State     State           `json:"state"`
	Script    *Script         `json:"script,omitempty"`    // begin, rehearsal
	Sources   []Source        `json:"sources,omitempty"`   // begin, step-end, rehearsal: all so far
	Rehearsed string          `json:"rehearsed,omitempty"` // begin: the id of the rehearsal
	Step      string          `json:"step,omitempty"`      // step-begin, step-end, step-failed
	Result    json.RawMessage `json:"result,omitempty"`    // step-end: canonical JSON; absent for nil
	Millis    float64         `json:"ms,omitempty"`        // step-end, step-failed, failed, end, rehearsal
	Problem   *Problem        `json:"problem,omitempty"`   // step-failed, failed, rehearsal
	Exit      int             `json:"exit,omitempty"`      // failed, end: the exit code
	After     *State          `json:"after,omitempty"`     // rehearsal: the clone's state at the end
}

// Format is the version of the format that this package writes. A file of a newer one is
// refused.
const Format = 1

// Limits, in bytes.
const (
	ResultBytesMax  = 1 << 20   // of a step's result
	journalBytesMax = 256 << 20 // of a journal
	lineBytesMax    = 8 << 20
	sectorBytes     = 512 // of a disk: what is written as one
)

// crcOf continues a checksum.
func crcOf(before uint32, body []byte) uint32 { return crc32c.Update(before, body) }

// seed is the checksum that the first line of a file continues from.
func seed(id string) uint32 { return crc32c.Checksum([]byte(id)) }

const checksumMember = `,"crc32c":"`

// encode returns the line of r and its checksum.
func encode(r *Record, before uint32) ([]byte, uint32, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		return nil, 0, dberr.New(dberr.InternalInvariant, "a record of a run has no JSON: %w", err)
	}
	body := bytes.TrimSuffix(b.Bytes(), []byte("}\n"))
	sum := crcOf(before, body)
	line := appendEnd(body, len(body), sum)
	if len(line) > lineBytesMax {
		return nil, 0, dberr.New(dberr.ScriptError, "a record of the run has %d bytes; at most %d can be kept", len(line), lineBytesMax)
	}
	return line, sum, nil
}

// appendEnd appends what follows the body of a line, which has that many bytes: the
// checksum, and spaces up to the end of a sector.
func appendEnd(dst []byte, body int, sum uint32) []byte {
	dst = fmt.Appendf(dst, "%s%08x\"}", checksumMember, sum)
	written := body + len(checksumMember) + len(`01234567"}`) + 1
	for range (sectorBytes - written%sectorBytes) % sectorBytes {
		dst = append(dst, ' ')
	}
	return append(dst, '\n')
}

// decode reads the line with number n. A reason that is not empty says why it is not what
// was written.
func decode(line []byte, before uint32, n int) (r Record, sum uint32, reason string) {
	i := bytes.LastIndex(line, []byte(checksumMember))
	if i < 0 {
		return r, 0, "the line has no checksum"
	}
	sum = crcOf(before, line[:i])
	if want := appendEnd(nil, i, sum); !bytes.Equal(line[i:], want) {
		return r, 0, fmt.Sprintf("the checksum of the line is %08x, which is not what is written in it", sum)
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, 0, "the line is not a record: " + err.Error()
	}
	if r.N != n {
		return r, 0, fmt.Sprintf("the record has number %d, expected %d", r.N, n)
	}
	return r, sum, ""
}
