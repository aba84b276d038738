"""Ship dynamics as pure steps."""
