"""What the ship keeps on her disk: the spool, the journal, the raw log, and how each survives damage."""
