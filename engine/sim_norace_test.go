//go:build !race

package engine_test

const slowBuild = false
