"""OOAPI 5: courses, programmes, offerings and their results."""
