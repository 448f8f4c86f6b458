"""Looks up in the examples that are shipped, as if they were an exchange: no database."""

from __future__ import annotations

from credstream.contract.records import Accreditation, Provider
from credstream.exchange.dry_run.lookups import (
    Accreditations,
    Definitions,
    Lookups,
    unregistered,
)
from credstream.exchange.dry_run.normalised import definitions_in
from credstream.exchange.files import list_file
from credstream.exchange.local.examples import EXAMPLES, list_files, registrations_in
from services.accreditation.organisations import tokens


def lookups(name: str, at: int) -> Lookups:
    """What the examples know at a time in milliseconds; raises CommandError: no such provider."""
    registered = {each.id: each for each in registrations_in(EXAMPLES)}
    provider = registered.get(name) or unregistered(name, registered, EXAMPLES)
    # The lists are small: all of them are given, whatever tokens are asked for.
    listed = _accreditations(at)
    return Lookups(
        provider=provider,
        definitions=lambda keys: _definitions(keys, provider, at),
        accreditations=lambda _tokens: listed,
        loaded=bool(listed),
    )


def _definitions(keys: set[str], provider: Provider, at: int) -> Definitions:
    """The definitions that the provider's example files register."""
    paths = sorted((EXAMPLES / "submissions" / provider.id).glob("*")) if keys else []
    sent = [definitions_in(path.read_bytes(), provider, at) for path in paths]
    return {key: held for each in sent for key, held in each.items() if key in keys}


def _accreditations(at: int) -> Accreditations:
    records: list[Accreditation] = []
    for path in list_files(EXAMPLES):
        records += list_file(path, path.stem, at).accreditations
    by_token: dict[str, tuple[Accreditation, ...]] = {}
    for record in records:
        for token in tokens(record.organisation):
            by_token[token] = (*by_token.get(token, ()), record)
    return by_token
