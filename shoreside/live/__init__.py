"""What the consoles see now: what is known of each vessel, the shore's own alerts, one bounded feed per console."""
