"""European Digital Credentials: the European Learning Model 3 as JSON-LD."""
