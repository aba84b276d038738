"""The models on real sockets: instruments, autopilot, PLC."""
