"""European Digital Credentials: ELM v3 as JSON-LD."""
