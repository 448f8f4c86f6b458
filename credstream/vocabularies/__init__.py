"""Value lists of the field, each with its look-ups: data and pure functions."""
