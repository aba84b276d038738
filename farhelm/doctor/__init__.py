"""`farhelm doctor`: looks at ports, clock, disk, broker, database, console and configuration, and says what to do.

`probes`, `services` and `clocks` look and judge nothing; `judge` and `places` judge and look at nothing.
"""
