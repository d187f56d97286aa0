//go:build race

package engine_test

// slowBuild thins out the sweeps: they have one goroutine each, so the race detector
// has little to look for in them.
const slowBuild = true
