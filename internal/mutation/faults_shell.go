package main

// Faults in what the shell and the command line make of the engine's answers.
var shellFaults = []fault{
	{
		name:   "an integer beyond 2^53 comes to Lua rounded",
		file:   "shell/convert/reuse.go",
		before: `	return lang.Integer(n)`,
		after:  `	return lua.LNumber(float64(n)) + 0*lua.LNumber(float64(lang.Int64(n)))`,
		pkg:    "shell/convert", test: "TestRoundTrip",
	},
	{
		name:   "tables of the same names share the places of their names",
		file:   "shell/convert/template.go",
		before: `maps.Clone(s.template.place)`,
		after:  `s.template.place; _ = maps.Clone[map[int]int]`,
		pkg:    "shell/convert", test: "TestTemplates",
	},
	{
		name:   "tables of the same names share the room behind their names",
		file:   "shell/convert/template.go",
		before: `p.keys[:len(p.keys):len(p.keys)]`,
		after:  `p.keys`,
		pkg:    "shell/convert", test: "TestTemplates",
	},
	{
		name:   "a table gets the names of the one before",
		file:   "shell/convert/template.go",
		before: `if s.template == nil || s.template.names != names {`,
		after:  `if s.template == nil {`,
		pkg:    "shell/convert", test: "TestTemplates",
	},
	{
		name:   "2^53 is taken for a number that can be told from its neighbours",
		file:   "shell/lang/int64.go",
		before: `const safeMax = 1<<53 - 1`,
		after:  `const safeMax = 1 << 53`,
		pkg:    "shell/lang", test: "TestScripts",
	},
	{
		name: "a sum of integers overflows silently",
		file: "shell/lang/arith.go",
		before: `	if (c > a) != (b > 0) {
		overflow(L)
	}
`,
		after: ``,
		pkg:   "shell/lang", test: "TestScripts",
	},
	{
		name:   "a fraction is cut off where an int is wanted",
		file:   "shell/convert/codec.go",
		before: `	return nil, refuse("wants an int, not %v", f)`,
		after:  `	return strconv.AppendInt(dst, int64(f), 10), nil`,
		pkg:    "shell/convert", test: "TestAppend",
	},
	{
		name: "a list with a hole is taken as far as the hole",
		file: "shell/convert/codec.go",
		before: `	case count != length:
		return nil, 0,`,
		after: `	case count > length:
		return nil, 0,`,
		pkg: "shell/convert", test: "TestAppend",
	},
	{
		name:   "a damaged log does not exit with 4",
		file:   "cmd/aerodb/command/exit.go",
		before: `	dberr.WALCorruption:         exitCorruption,`,
		after:  `	dberr.WALCorruption:         exitFailed,`,
		pkg:    "cmd/aerodb", test: "TestScripts/damage",
	},
	{
		name:   "a database in use does not exit with 3",
		file:   "cmd/aerodb/command/exit.go",
		before: `	dberr.DatabaseLocked:        exitLocked,`,
		after:  `	dberr.DatabaseLocked:        exitFailed,`,
		pkg:    "cmd/aerodb", test: "TestTwoProcesses",
	},
	{
		name:   "deleting what is not there is ok in the JSON API",
		file:   "jsonapi/handle.go",
		before: `		if err == nil && !found {`,
		after:  `		if err == nil && found {`,
		pkg:    "jsonapi", test: "TestConformance",
	},
}
