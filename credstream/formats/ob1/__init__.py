"""Open Badges 0.5, 1.0 and 1.1."""
