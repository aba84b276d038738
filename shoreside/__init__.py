"""The station ashore: downlink, store, API and console."""
