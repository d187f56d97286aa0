package worker

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aerodb/aerodb/bench/host"
	"github.com/aerodb/aerodb/bench/store"
)

// Main is the main function of a subject's program.
func Main(open store.Open) {
	dir := flag.String("dir", "", "the subject's directory")
	get := flag.String("get", "", "open, get the document of this _id, print it, and close when standard input ends")
	flag.Parse()
	err := os.MkdirAll(*dir, 0o700)
	switch {
	case err != nil:
	case *get != "":
		err = getOne(open, *dir, *get)
	default:
		err = serve(open, *dir, os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// getOne prints how long opening and the first get took, in nanoseconds, and the
// document.
func getOne(open store.Open, dir, id string) error {
	start := time.Now()
	s, err := open(dir)
	if err != nil {
		return err
	}
	doc, err := s.Get(id)
	if err != nil {
		return err
	}
	fmt.Printf("%d %s\n", time.Since(start).Nanoseconds(), doc)
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return s.Close()
}

// serve opens the store and does what it is asked until the input ends.
func serve(open store.Open, dir string, in io.Reader, out io.Writer) error {
	s, err := open(dir)
	if err != nil {
		return err
	}
	requests, responses := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	for {
		var r Request
		if err := requests.Decode(&r); err == io.EOF {
			return s.Close()
		} else if err != nil {
			return err
		}
		if err := responses.Encode(do(s, r)); err != nil {
			return err
		}
	}
}

func do(s store.Store, r Request) Response {
	run, known := operations[r.Op]
	if !known {
		return Response{Err: "no operation " + r.Op}
	}
	spent, err := run(s, r)
	if err == errUnsupported {
		return Response{Unsupported: true}
	}
	pid := os.Getpid()
	if s, served := s.(store.Served); served {
		pid = s.Process()
	}
	response := Response{NS: spent.Nanoseconds(), Memory: host.MemoryPeakOf(pid)}
	if err != nil {
		response.Err = err.Error()
	}
	return response
}
