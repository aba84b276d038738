"""`farhelm export`: what a shore has kept of a vessel, as files for other programs."""
