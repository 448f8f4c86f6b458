"""Rosters: lists with a row for each person or programme, as CSV or as workbooks."""
