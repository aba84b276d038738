"""The agent aboard: sensors in, spool and uplink out, and the safety process apart."""
