"""Lists of awards or programmes in XLSX."""
