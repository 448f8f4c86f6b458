"""Where accreditations come from: one file per kind of list."""
