package render

// IsName reports whether s may be written as a name in Lua: as a variable, behind a dot,
// as a key without brackets.
func IsName(s string) bool { return isName(s) }
