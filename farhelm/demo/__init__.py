"""`farhelm demo`: everything on this machine, on loopback, with parts that come as wheels. The only user of simulators."""
