"""The one impure corner both ends share: the clock and the MQTT driver."""
