// Command bbolt is the benchmark's worker of that subject.
package main

import (
	"github.com/aerodb/aerodb/bench/store/bbolt"
	"github.com/aerodb/aerodb/bench/worker"
)

func main() { worker.Main(bbolt.Open) }
