"""The farhelm command line: one program per subcommand, thin."""
