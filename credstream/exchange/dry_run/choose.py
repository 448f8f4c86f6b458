"""Chooses what a dry run knows: an exchange's own tables, or else the shipped examples."""

from __future__ import annotations

from pathlib import Path

from credstream.exchange.dry_run import shipped
from credstream.exchange.dry_run.lookups import Lookups
from credstream.exchange.folder import ExchangeFolder


def lookups_in(directory: Path, provider: str, at: int) -> Lookups:
    """What the exchange of a folder knows; raises CommandError: no such provider, or out of reach.

    The examples are taken where no exchange has run in the folder.
    """
    folder = ExchangeFolder(directory)
    if not folder.has_database("ingest"):
        return shipped.lookups(provider, at)
    # Loaded here alone: without an exchange a dry run needs no SQLAlchemy, and answers sooner.
    from credstream.exchange.dry_run import stored

    return stored.lookups(folder, provider)
