"""One file per inbound format: all that is known of it."""
