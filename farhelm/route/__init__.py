"""`farhelm route`: what is wrong with a route, for this ship, with a picture of it; and the file again."""
