// Package config reads AeroDB's configuration.
//
// There is one table of keys (Keys). From it come the defaults, the reading of
// config.toml, of the environment and of the flags, the file config.toml at the
// root of the repository and the page docs/CONFIG.md. A key that is not in the
// table does not exist, and a value that does not fit stops start-up: the error
// names the file, the line and the key, or the variable, or the flag.
//
// A value is taken from the first of these that has one:
//
//	flag         --data-dir DIR, for the keys that have a flag
//	environment  AERODB_ and the key in capitals: wal.max_size is AERODB_WAL_MAX_SIZE
//	file         config.toml in the working directory, or the file --config names
//	default      the table's
//
// The package touches neither the file system nor the environment itself: both
// come in through Inputs.
package config
