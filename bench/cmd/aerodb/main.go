// Command aerodb is the benchmark's worker of that subject.
package main

import (
	"github.com/aerodb/aerodb/bench/store/aero"
	"github.com/aerodb/aerodb/bench/worker"
)

func main() { worker.Main(aero.Open) }
