"""NMEA 0183 and IEC 61162-450: framing, TAG blocks, sentences."""
