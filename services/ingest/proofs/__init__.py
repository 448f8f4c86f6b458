"""Says what the signature on a submission is worth: one module per kind of signature."""
