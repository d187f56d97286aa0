//go:build !race

package engine_test

// modelOps is the default of -ops.
const modelOps = 200_000
