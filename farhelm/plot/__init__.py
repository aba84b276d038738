"""`farhelm plot`: pictures of what a shore has kept of a vessel: curves, her track, how complete it is."""
