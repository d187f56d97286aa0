// Package lineedit edits what a person types at a terminal: blocks of one or more
// lines, with history, search and completion.
//
// The base is chzyer/readline: its Terminal switches to single keys and reads them, its
// RuneBuffer holds the text, kills and yanks. Three things of it do not fit a shell of
// multi-line statements, and are done here instead:
//
//   - What it draws assumes that text is one line, that a wide character never meets
//     the screen's edge and that nobody resizes the window. Here a screen lays the block
//     out in rows of cells and writes the difference to what is shown (see screen).
//   - It reads few of the keys that terminals send: in tmux Home and End do nothing, the
//     Delete key on an empty line ends the shell, a paste is typed. Here a decoder
//     between the terminal and readline turns them into keys (see decoder).
//   - Its history is lines, in one shell's file. Here an entry is a block, and any number
//     of shells share the file (see History).
//
// Editing is synchronous: ReadBlock takes keys until the block is done. Between two
// calls nothing is read, so that a running statement can read what is typed.
package lineedit
