"""The exchange's own JSON."""
