// Command sqlite is the benchmark's worker of that subject.
package main

import (
	"github.com/aerodb/aerodb/bench/store/sqlite"
	"github.com/aerodb/aerodb/bench/worker"
)

func main() { worker.Main(sqlite.Open) }
