"""One file per outlet."""
