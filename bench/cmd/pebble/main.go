// Command pebble is the benchmark's worker of that subject.
package main

import (
	"github.com/aerodb/aerodb/bench/store/pebble"
	"github.com/aerodb/aerodb/bench/worker"
)

func main() { worker.Main(pebble.Open) }
