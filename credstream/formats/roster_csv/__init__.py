"""Lists of awards or programmes in CSV."""
