//go:build race

package engine_test

// modelOps is the default of -ops. The race detector makes all slower, and the model
// test has one goroutine: it is no place for it to look long.
const modelOps = 4_000
