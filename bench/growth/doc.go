// Command growth loads one AeroDB database step by step and measures at each size what the
// design says stays flat and what follows the data.
//
//	cd bench && go run ./growth -out ../docs/pictures -page ../docs/PERFORMANCE.md
//
// writes growth.json (everything measured), growth.md (all of it in a table), growth.svg and
// growth-checkpoint.svg, and puts the short table into the page. With -from growth.json it
// writes them again without measuring.
//
// A clone of the database is kept at each size; it links the segments, so it takes little
// space. In every round the sizes take turns, so that an hour in which the machine is slow
// is slow for all of them. What writes works on a clone of the clone, which is thrown away:
// each measurement begins with exactly the documents that the size says. Each runs in a
// process of its own, so that start-up and the peak of memory are its own; it is this
// program again, with -job.
package main
