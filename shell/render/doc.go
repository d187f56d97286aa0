// Package render writes values as text, for the prompt, for print and for commands.
//
//	json   one line of canonical JSON
//	lua    a Lua literal that reads back as the same value
//	table  a list of documents as aligned columns, or expanded, one member a line,
//	       where the columns would not fit; an object as one member a line
//	auto   on a terminal: table for documents, a literal for other tables; otherwise
//	       json for tables. Strings are written raw and numbers plain in both
//
// Members are sorted, lists keep their order, and nothing shows an address, so the same
// value is the same text.
package render
