"""What a measurement is: channels, quality, sources, thinning, batches. Pure."""
