// Command nothing is the least that starting a Go process takes: it prints a line.
package main

import "os"

func main() { os.Stdout.WriteString("0 nothing\n") }
