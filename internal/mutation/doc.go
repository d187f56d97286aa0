// Command mutation proves that the test suite can fail: it plants a fault in the
// product, runs the test that is said to notice it, and fails if that test passes.
//
//	go run ./internal/mutation                 all faults
//	go run ./internal/mutation -n 12 -seed S   a dozen of them, drawn by S
//	go run ./internal/mutation -run REGEXP     those whose chapter or name matches
//	go run ./internal/mutation -list           what there is
//	go run ./internal/mutation -update         writes docs/MUTATION.md
//
// A fault is one small edit: in one file a text, which must be there exactly once,
// is replaced by another. So a fault whose code has changed fails loudly and does not
// rot. Nothing in the tree is touched: the edited file lies in a temporary directory,
// and the compiler is told to take it instead (go test -overlay).
//
// Before any fault is planted, the same tests run without one: a test that fails
// anyway proves nothing.
package main
