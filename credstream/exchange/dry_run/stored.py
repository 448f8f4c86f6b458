"""Looks up in the tables of an exchange, in its folder or on its servers, and only reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.errors import Unavailable
from credstream.contract.records import Accreditation, Normalised, Provider
from credstream.exchange.dry_run.lookups import (
    Accreditations,
    Definitions,
    Lookups,
    by_token,
    unregistered,
)
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.folder import ExchangeFolder
from credstream.storage.read_only import reading
from credstream.storage.statements import keys_query, select_by_keys
from credstream.storage.tables import PROVIDERS
from services.accreditation.tables import ACCREDITATIONS, TOKENS
from services.normalise.facts import HeldDefinition
from services.normalise.tables import DEFINITIONS

_PROVIDER_IDS = sa.select(PROVIDERS.c.id)
_ANY_ACCREDITATION = sa.select(ACCREDITATIONS.c.id).limit(1)
_DEFINITIONS = keys_query(
    sa.select(DEFINITIONS).order_by(DEFINITIONS.c.key, DEFINITIONS.c.since), DEFINITIONS.c.key
)
_LISTED = keys_query(
    sa.select(TOKENS.c.token, ACCREDITATIONS.c.record).join_from(
        TOKENS, ACCREDITATIONS, TOKENS.c.id == ACCREDITATIONS.c.id
    ),
    TOKENS.c.token,
)


def lookups(folder: ExchangeFolder, name: str) -> Lookups:
    """What an exchange knows; raises CommandError: no such provider, or tables out of reach."""
    tables = _Tables(folder, Codec())
    return Lookups(
        provider=tables.provider(name),
        definitions=tables.definitions,
        accreditations=tables.accreditations,
        loaded=tables.loaded(),
    )


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tables of an exchange's services."""

    folder: ExchangeFolder
    codec: Codec

    def provider(self, name: str) -> Provider:
        own = sa.select(PROVIDERS.c.record).where(PROVIDERS.c.id == name)
        rows = self._rows("ingest", lambda connection: connection.execute(own).all())
        if not rows:
            ids = self._rows("ingest", lambda connection: connection.execute(_PROVIDER_IDS).all())
            return unregistered(name, (row.id for row in ids), self.folder.path)
        provider: Provider = self.codec.decode(rows[0].record, Provider)
        return provider

    def definitions(self, keys: set[str]) -> Definitions:
        held: dict[str, tuple[HeldDefinition, ...]] = {}
        rows = self._rows(
            "normalise", lambda connection: select_by_keys(connection, _DEFINITIONS, keys)
        )
        for row in rows:
            record = self.codec.decode(row.record, Normalised)
            origins = record.account.provenance
            version = HeldDefinition(record.definition, origins, bool(row.registered), row.since)
            held[row.key] = (*held.get(row.key, ()), version)
        return held

    def accreditations(self, tokens: set[str]) -> Accreditations:
        rows = self._rows(
            "accreditation", lambda connection: select_by_keys(connection, _LISTED, tokens)
        )
        return by_token((row.token, self.codec.decode(row.record, Accreditation)) for row in rows)

    def loaded(self) -> bool:
        """Whether any accreditation is listed."""
        return bool(
            self._rows(
                "accreditation", lambda connection: connection.execute(_ANY_ACCREDITATION).all()
            )
        )

    def _rows(
        self, service: str, query: Callable[[sa.Connection], Sequence[sa.Row[Any]]]
    ) -> Sequence[sa.Row[Any]]:
        """The rows of a query; none where the service has no database yet."""
        if not self.folder.has_database(service):
            return ()
        try:
            with reading(self.folder.url(service)) as connection:
                return query(connection)
        except Unavailable as failure:
            raise CommandError(f"cannot read {failure}{self._servers()}", Kind.AWAY) from failure

    def _servers(self) -> str:
        """Why servers are asked at all, and the way out."""
        if self.folder.stack() is None:
            return ""
        return (
            f". The last run of {self.folder.path} was on servers: start them with "
            "`make kafka-up`, or name another folder with --dir"
        )
