package config

// Keys is the table of keys, in the order of config.toml.
var Keys = []Key{
	{
		Name: "data_dir", Kind: Path, Default: "./data", Flag: "data-dir",
		Note: "the database; relative to the working directory",
		Why:  "Name the directory of the database you mean to work on, on a disk whose sync is honest. Create it with: aerodb init.",
		set:  func(c *Config, v value) { c.DataDir = v.text },
	},
	{
		Name: "wal.max_size", Kind: Size, Default: "64MiB", Min: 64 << 10, Max: 4 << 30,
		Note: "recovery replays at most this much",
		Why: "Larger means fewer checkpoints and faster bulk loads, and a longer recovery after a crash. " +
			"It also bounds the memory of what is not yet in a segment, and one insert_many must fit into it. The file grows up to it by steps of a sixteenth, 4 MiB at most.",
		set: func(c *Config, v value) { c.WAL.MaxSize = v.n },
	},
	{
		Name: "wal.on_full", Kind: Enum, Default: "checkpoint", Choices: []string{"checkpoint", "reject"},
		Note: `or "reject"`,
		Why: "What the write that would pass wal.max_size does: run a checkpoint first, in the foreground, or fail with AERO_WAL_FULL. " +
			"Choose reject where you run checkpoints yourself and no write may ever wait for one.",
		set: func(c *Config, v value) { c.WAL.OnFull = v.text },
	},
	{
		Name: "snapshots.keep", Kind: Int, Default: "2", Min: 1, Max: 1000,
		Note: "older ones are removed by the checkpoint that makes a new one",
		Why:  "More snapshots keep more of the past within reach, and the space of documents since replaced or deleted with it.",
		set:  func(c *Config, v value) { c.Snapshots.Keep = int(v.n) },
	},
	{
		Name: "memory.cache_size", Kind: Size, Default: "64MiB", Min: 1 << 20, Max: 1 << 40,
		Note: "blocks of segments kept in memory",
		Why:  "Larger makes repeated reads faster. Smaller bounds the process: memory is about cache_size plus wal.max_size.",
		set:  func(c *Config, v value) { c.Memory.CacheSize = v.n },
	},
	{
		Name: "startup.verify", Kind: Enum, Default: "quick", Choices: []string{"quick", "full"},
		Note: `or "full"`,
		Why: "quick checks what an open reads: identity, checkpoint, segment footers, the WAL. full reads every block of every file first, " +
			"which takes as long as reading the database does. Either way a damaged block is found before its content is returned.",
		set: func(c *Config, v value) { c.Startup.Verify = v.text },
	},
	{
		Name: "startup.scripts", Kind: List, Default: "",
		Note: "Lua run before the shell starts",
		Why:  "Files run, in this order, before the shell, run and eval: helpers you want at every prompt, checks that must pass first. Relative to the working directory.",
		set:  func(c *Config, v value) { c.Startup.Scripts = v.list },
	},
	{
		Name: "scripts.path", Kind: List, Default: "",
		Note: "folders where require looks",
		Why:  "Modules that several runbooks share: require(\"name\") looks for name.lua beside the script first, then in these folders, in this order. Relative to the working directory.",
		set:  func(c *Config, v value) { c.Scripts.Path = v.list },
	},
	{
		Name: "limits.document_size", Kind: Size, Default: "16MiB", Min: 1 << 10, Max: 64 << 20,
		Note: "a larger document is refused",
		Why:  "Lower it to refuse documents that are a mistake. A document must also fit into the WAL.",
		set:  func(c *Config, v value) { c.Limits.DocumentSize = int(v.n) },
	},
	{
		Name: "limits.query_limit", Kind: Int, Default: "10000", Min: 1, Max: 1_000_000,
		Note: "the largest limit a query may ask for",
		Why:  "It bounds the memory of one query. To walk a whole collection, use each() or export instead of raising it.",
		set:  func(c *Config, v value) { c.Limits.QueryLimit = int(v.n) },
	},
	{
		Name: "shell.prompt", Kind: Text, Default: "aerodb> ",
		Note: "of the interactive shell",
		Why: "Let the prompt say which database this is, so that production looks like production. %d is the name of the data directory, %s the sequence of the last write, " +
			"%w how full the WAL is in percent, %f a space and in brackets what matters now, such as (read-only, wal 85%), or nothing; %% is a percent sign, and anything else is shown as it is. " +
			"The default stands for \"aerodb%f> \".",
		set: func(c *Config, v value) { c.Shell.Prompt = v.text },
	},
	{
		Name: "shell.history_file", Kind: Text, Default: "",
		Note: "default: the user's state directory",
		Why: "What was typed at the prompt is kept here, readable by its owner only; any number of shells share it. The default is aerodb/history under XDG_STATE_HOME, " +
			"which is ~/.local/state if that is not set. A statement that begins with a blank is not kept.",
		set: func(c *Config, v value) { c.Shell.HistoryFile = v.text },
	},
	{
		Name: "shell.output_format", Kind: Enum, Default: "auto", Choices: []string{"auto", "table", "json", "lua", "csv", "line"}, Flag: "output-format",
		Note: `or "table", "json", "lua", "csv", "line"`,
		Why:  "auto is for people. json prints one JSON value a line, errors too, for programs; lua prints what Lua reads back; csv and line are for spreadsheets and for grep.",
		set:  func(c *Config, v value) { c.Shell.OutputFormat = v.text },
	},
	{
		Name: "shell.pager", Kind: Text, Default: "",
		Note: "a program; default: the environment's PAGER; \"off\" for none",
		Why: "What is longer than the screen goes through this program, when the shell is on a terminal. Where neither this nor PAGER names one, " +
			"the shell shows one screen and .all shows the rest, through less where there is one.",
		set: func(c *Config, v value) { c.Shell.Pager = v.text },
	},
	{
		Name: "shell.memory_limit", Kind: Size, Default: "1GiB", Min: 16 << 20, Max: 1 << 40,
		Note: "what the values of a script may take",
		Why: "A script whose tables and strings grow beyond it ends with an error instead of taking the machine's memory, and the database stays open. " +
			"It counts what is beside memory.cache_size and wal.max_size. Raise it for a script that must keep more; see docs/SCRIPTS.md.",
		set: func(c *Config, v value) { c.Shell.MemoryLimit = v.n },
	},
	{
		Name: "log.level", Kind: Enum, Default: "info", Choices: []string{"debug", "info", "warn", "error"}, Flag: "log-level",
		Note: `or "debug", "warn", "error"`,
		Why:  "info tells what an operator should know: checkpoints that the WAL's size forced, what a recovery cut or swept. debug adds every open and close.",
		set:  func(c *Config, v value) { c.Log.Level = v.text },
	},
	{
		Name: "log.format", Kind: Enum, Default: "text", Choices: []string{"text", "json"}, Flag: "log-format",
		Note: `or "json"`,
		Why:  "json for log collectors: one object a line.",
		set:  func(c *Config, v value) { c.Log.Format = v.text },
	},
	{
		Name: "log.slow_ms", Kind: Int, Default: "0", Min: 0, Max: 3_600_000,
		Note: "0: off",
		Why:  "A read or a write that takes this many milliseconds or more is logged (operation.slow), with its wait for others. Turn it on to find what is slow; a look at the clock is all it costs.",
		set:  func(c *Config, v value) { c.Log.SlowMS = int(v.n) },
	},
	{
		Name: "log.file", Kind: Text, Default: "",
		Note: "default: standard error",
		Why:  "Lines are appended to this file instead, which is created if need be, readable by its owner only.",
		set:  func(c *Config, v value) { c.Log.File = v.text },
	},
}
