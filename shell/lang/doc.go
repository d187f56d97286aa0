// Package lang is the Lua of AeroDB: Lua 5.1 as gopher-lua runs it, with the
// few differences that a database shell needs.
//
//   - Integers keep 64 bits. A Lua number is a float64, which holds every integer
//     only below 2^53 in magnitude; beyond that an integer is an Int64 value with
//     arithmetic, comparison and tostring of its own. Literals in the source count
//     too: 9007199254740993 is exact. Below 2^53 there are plain numbers only, so
//     a value has one form and equality needs no conversion.
//   - pcall and xpcall leave the closures of the calling function whole; the
//     library's own disconnect them from its locals whenever an error is caught.
//   - Assignments and table constructors give what Lua says: the library's compiler gets
//     a, b = b, a and x = t.y and z and {a, n = f()} wrong, so it is given others.
//   - A script can neither read nor create an undeclared global.
//   - Clock, random numbers and the standard streams come from the caller, and no
//     output shows an address, so the same script prints the same text.
//
// Literals and mixed comparisons are handled when a chunk is compiled: the parsed
// tree is rewritten (see rewrite.go) and the finished prototypes are patched, so
// line numbers stay right and plain arithmetic costs what it always did.
package lang
