// Package document reads JSON strictly and writes it in one canonical form, so
// that equal documents are equal bytes.
//
// What the reader takes is RFC 8259 without its loose ends. It refuses: a member
// name that comes twice, invalid UTF-8, half of a surrogate pair, a byte order
// mark, NaN and Infinity, a number that float64 holds only as infinite, a number
// other than zero that float64 holds only as zero, bytes after the value,
// nesting deeper than DepthMax, and more bytes than the caller allows. Nothing is
// repaired, rounded silently or replaced.
//
// The canonical form:
//
//	object   {"a":1,"b":2}  members sorted by the bytes of their names, no white space
//	array    [1,2]          in the order given
//	string   "..."          raw UTF-8 with the fewest escapes: \" \\ \b \f \n \r \t, and
//	                        \u00xx in lower case for the other bytes below 0x20;
//	                        no other rune is escaped, neither / < > & nor U+2028
//	int      -12            decimal; 0 for -0
//	float    2.5            the shortest digits that read back as the same float64, plain
//	                        where 1e-6 <= |x| < 1e21, else with an exponent: 1e+21, 1e-7;
//	                        without a fraction if there is none: 174, not 174.0; 0 for -0
//	         true false null
//
// An integer literal, that is one without fraction and exponent, that fits int64
// is an Int; every other number is a Float.
//
// There are two ways to read. Parse builds a tree of Values, for requests,
// schemas and manifests. Schema's encoder goes over the bytes once and needs no
// tree; ScanString, ScanNumber and SkipSpace are the pieces it shares with Parse.
package document
