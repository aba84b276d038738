"""`farhelm keys`: the Master's tool: keys, the roster of who may order, the grant of remote control."""
