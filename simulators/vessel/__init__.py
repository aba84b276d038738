"""Vessels as pure steps: hull, propeller, rudder, steering gear, engine, wind and current; no clock, no socket."""
