"""OOAPI 5: courses, programmes, offerings and results of education institutions."""
