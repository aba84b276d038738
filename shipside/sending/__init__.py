"""What goes over the link, in which order and how much: the uplink and the parts it is made of."""
