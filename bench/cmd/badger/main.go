// Command badger is the benchmark's worker of that subject.
package main

import (
	"github.com/aerodb/aerodb/bench/store/badger"
	"github.com/aerodb/aerodb/bench/worker"
)

func main() { worker.Main(badger.Open) }
