"""`farhelm drill`: rehearse on simulated actuators what must not go wrong, and see the times."""
