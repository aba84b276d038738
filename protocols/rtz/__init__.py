"""RTZ, the route exchange format of ECDIS (IEC 61174:2015 Annex S), versions 1.0 to 1.2: bytes to values and back."""
