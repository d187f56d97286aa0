package command

// program is how this program was called to work on its database: a command that is shown
// for a person to run, or for a cron job to mail, begins with it.
func (a *app) program() string {
	line := "aerodb"
	if a.flags.config != "" {
		line += " --config " + quoted(a.flags.config)
	}
	if a.config.Source("data_dir").Flag != "" {
		line += " --data-dir " + quoted(a.config.DataDir)
	}
	return line
}
