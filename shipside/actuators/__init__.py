"""The only files that can move the ship."""
