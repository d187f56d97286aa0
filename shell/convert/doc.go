// Package convert turns Lua values into JSON and back.
//
// The two do not agree on everything, and what is missing on one side comes from a
// Shape, which for documents is the schema:
//
//	Lua                                JSON
//	{}                                 [] or {}, as the shape says; {} without one
//	{1, 2, 3}                          [1,2,3]; a hole is refused
//	{a = 1}                            {"a":1}; names beside indexes are refused
//	3, 3.0                             3
//	9007199254740993 (an Int64)        9007199254740993
//	2^53 (a number of no exact value)  9.007199254740992e+15: a float, never an int
//	nan, inf, functions, userdata      refused
//	nil                                absent
//	json.null                          null, which documents refuse
//
// Every refusal names the place as the engine does, counting items from 0:
// location.lat, tags[3].
package convert
