// Package render writes values as text, for the prompt, for print and for commands.
//
//	json   one line of canonical JSON
//	lua    a Lua literal that reads back as the same value
//	csv    a list of objects under a heading, as encoding/csv writes it
//	line   one member a line, "name = value", an empty line between objects
//	table  a list of documents as aligned columns, or expanded, one member a line,
//	       where the columns would not fit; an object as one member a line
//	auto   on a terminal: table for documents, a literal for other tables; otherwise
//	       json for tables, and strings raw
//
// Members are sorted, lists keep their order, and nothing shows an address, so the same
// value is the same text. What goes to a terminal holds nothing that a terminal would
// obey: such strings are shown as literals. Auto and table can be told to keep to the
// rows of a screen.
package render
