"""CTDL, the language of the Credential Registry for descriptions of credentials."""
