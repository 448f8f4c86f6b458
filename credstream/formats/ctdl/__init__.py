"""CTDL, the descriptions of the Credential Registry."""
