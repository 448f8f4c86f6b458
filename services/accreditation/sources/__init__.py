"""Where accreditations come from: a module for each kind of list, and the table of them."""
