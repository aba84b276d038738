"""What comes from the ships and is to be kept: what is new, what waits and for what, what may be acknowledged."""
