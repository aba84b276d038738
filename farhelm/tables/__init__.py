"""`farhelm tables`: a page on which the ladder and the conn's table of a vessel can be tried."""
