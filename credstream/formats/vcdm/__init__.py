"""Verifiable Credentials of no vocabulary that we know."""
