// Command tarantool is the benchmark's worker of that subject.
package main

import (
	"github.com/aerodb/aerodb/bench/store/tarantool"
	"github.com/aerodb/aerodb/bench/worker"
)

func main() { worker.Main(tarantool.Open) }
