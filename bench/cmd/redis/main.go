// Command redis is the benchmark's worker of that subject.
package main

import (
	"github.com/aerodb/aerodb/bench/store/redis"
	"github.com/aerodb/aerodb/bench/worker"
)

func main() { worker.Main(redis.Open) }
