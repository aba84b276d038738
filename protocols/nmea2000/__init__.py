"""NMEA 2000: frames and their text forms, fast packets, parameter groups by a table made from the canboat definitions."""
