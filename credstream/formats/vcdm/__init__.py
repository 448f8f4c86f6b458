"""Verifiable Credentials whose vocabulary is none of the supported formats."""
