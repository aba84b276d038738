"""Register maps, scaling and word order of Modbus devices."""
