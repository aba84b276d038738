"""Inputs: bytes from lines, sockets, files and Modbus units."""
