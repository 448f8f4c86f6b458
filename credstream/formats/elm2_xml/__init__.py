"""Europass credentials before ELM 3: EDCI in XML."""
