"""A whole exchange on one machine: its processes, its folder, what comes out of it."""
