// Package command is the command line of aerodb: one file per command, flags
// in, calls of the engine and the shell out.
//
// Standard output carries results only; logs, progress, prompts and errors go to
// standard error. The world comes in through Env, so a test can run any command
// without a process. What every command needs lies in app: the flags, the
// configuration, the log, the open database, the printing of a result in the
// format that was asked for.
//
// Adding a command is one file with a function that returns its *cobra.Command,
// and one line in commands.
package command
