"""The world: vessels, engines, instruments on real sockets, faults, and the deterministic world."""
