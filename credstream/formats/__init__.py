"""One folder per inbound format: all that is known of it. `table` lists them."""
