// Command bench runs AeroDB and its peers side by side, on the same documents, with the
// same durability and the same two indexes, beside what the hardware gives a program that
// does nothing else.
//
//	cd bench && go run . -scale small -markdown table.md -json table.json -plot table.svg
//
// Each subject runs in a process of its own, built from cmd/, with its server if it has
// one. The subjects take turns within every workload of every round; who is not on turn is
// stopped, so that nobody's background work is charged to another or done for free. The
// order of turns moves on by one from turn to turn. A table shows medians over the rounds;
// ratios are taken within a round first.
package main
