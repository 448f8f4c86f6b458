"""Writes a published record as a European Digital Credential, its display image included."""
