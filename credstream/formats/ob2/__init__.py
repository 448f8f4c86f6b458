"""Open Badges 2.0."""
