// Command buntdb is the benchmark's worker of that subject.
package main

import (
	"github.com/aerodb/aerodb/bench/store/buntdb"
	"github.com/aerodb/aerodb/bench/worker"
)

func main() { worker.Main(buntdb.Open) }
