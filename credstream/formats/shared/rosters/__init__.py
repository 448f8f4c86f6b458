"""Rosters, one row a person: what lists in CSV and in workbooks share."""
