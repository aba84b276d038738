"""Who may order what, now: authority, commands, interlocks, ladder, supervisor. Pure."""
