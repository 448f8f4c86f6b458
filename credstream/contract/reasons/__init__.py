"""Reason codes: what may be refused, warned of or judged, each with its words."""
