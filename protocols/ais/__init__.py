"""AIS messages 1 to 27, from the parts in VDM and VDO sentences to checked reports (ITU-R M.1371-5)."""
