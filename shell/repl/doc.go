// Package repl is the prompt.
//
// What a line does is a pure step: Step takes the state, which is the lines of the
// statement typed so far, and the next line, and gives the new state and an action: ask
// for more, run this chunk, show this error, leave. Tests drive it without a terminal.
// Run puts a terminal around it; only terminal.go knows the library that reads keys.
//
// Prompts and what is typed go to the terminal, results to standard output, errors to
// standard error, so that the shell's output can be redirected.
package repl
