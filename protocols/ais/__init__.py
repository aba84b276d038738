"""AIS messages; pyais stays behind this folder."""
