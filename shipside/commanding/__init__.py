"""The shell around the supervisor: the safety process, what it tells the shore, the bridge's own way in."""
