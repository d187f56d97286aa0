// Command clover is the benchmark's worker of that subject.
package main

import (
	"github.com/aerodb/aerodb/bench/store/clover"
	"github.com/aerodb/aerodb/bench/worker"
)

func main() { worker.Main(clover.Open) }
