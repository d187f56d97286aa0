// Command limit is the benchmark's worker of that subject.
package main

import (
	"github.com/aerodb/aerodb/bench/store/limit"
	"github.com/aerodb/aerodb/bench/worker"
)

func main() { worker.Main(limit.Open) }
