package command

import "github.com/spf13/cobra"

// commands lists the commands, in the order of the help.
var commands = []func(*app) *cobra.Command{
	initCommand, runCommand, rehearseCommand, runsCommand, evalCommand,
	schemaCommand, importCommand, exportCommand, requestCommand,
	statsCommand, checkCommand, digestCommand, checkpointCommand, compactCommand, snapshotCommand,
	backupCommand, restoreCommand, drillCommand, verifyCommand, diffCommand, selftestCommand,
	inspectCommand, explainCommand, configCommand, versionCommand, completionCommand, typesCommand,
}

// root returns the command that is aerodb itself.
func (a *app) root() *cobra.Command {
	cobra.EnableCommandSorting = false // the help's order is that of commands
	var code string
	var scratch bool
	root := &cobra.Command{
		Use:   "aerodb [flags]",
		Short: "a deterministic document database and its Lua shell",
		Long: "AeroDB is a deterministic, single-node document database and the shell that\nruns it. " +
			"Without a command it is the interactive shell on a terminal; from a\npipe it runs the Lua it reads, prints what that returns, and exits.",
		Example:            "aerodb --scratch -e 'return 1 + 1'",
		Args:               parameters(),
		SilenceErrors:      true,
		SilenceUsage:       true,
		DisableSuggestions: true,
		CompletionOptions:  cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.RunE = func(cmd *cobra.Command, args []string) error {
		return a.runRoot(cmd, code, scratch)
	}
	root.Flags().StringVarP(&code, "eval", "e", "", "run this Lua `CODE` and print what it returns")
	scratchFlag(root, &scratch)
	root.SetFlagErrorFunc(flagError)
	a.addGlobalFlags(root)
	for _, c := range commands {
		root.AddCommand(c(a))
	}
	help := helpCommand(root)
	root.SetHelpCommand(help)
	if a.completing() {
		a.complete(root)
		a.complete(help)
	}
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { writeHelp(cmd.OutOrStdout(), cmd) })
	return root
}

// addGlobalFlags adds the flags every command has.
func (a *app) addGlobalFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&a.flags.config, "config", "", "read the configuration from `FILE` (config.toml in the working directory, if there)")
	f.String("data-dir", "", "the database is in `DIR` (./data)")
	f.StringVar(&a.flags.format, "output-format", "", "print results as `FORMAT`: auto, table, json, lua, csv or line")
	f.String("log-level", "", "log from `LEVEL` up: debug, info, warn or error")
	f.String("log-format", "", "log as `FORMAT`: text or json")
	f.BoolVar(&a.flags.readOnly, "read-only", false, "change nothing, not one byte of the data directory")
	f.BoolVar(&a.flags.noColor, "no-color", false, "no colour on a terminal (so does the variable NO_COLOR)")
	f.BoolVar(&a.flags.quiet, "quiet", false, "print results and errors only")
	f.BoolVar(&a.flags.yes, "yes", false, "answer every question with yes")
}
