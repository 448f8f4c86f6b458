"""Looks up in the tables of an exchange, in its folder or on its servers, and only reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.errors import Unavailable
from credstream.contract.records import Provider
from credstream.exchange.dry_run.lookups import (
    Accreditations,
    Definitions,
    Lookups,
    unregistered,
)
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.folder import ExchangeFolder
from credstream.storage.read_only import reading
from credstream.storage.tables import PROVIDERS
from services.accreditation.gather import any_loaded, listed
from services.normalise.gather import definitions

T = TypeVar("T")


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
        value = self._read("ingest", lambda connection: connection.execute(own).scalar(), None)
        if value is None:
            return unregistered(name, self._read("ingest", _provider_ids, []), self.folder.path)
        provider: Provider = self.codec.decode(value, Provider)
        return provider

    def definitions(self, keys: set[str]) -> Definitions:
        return self._read("normalise", lambda c: definitions(self.codec, c, keys), {})

    def accreditations(self, tokens: set[str]) -> Accreditations:
        return self._read("accreditation", lambda c: listed(self.codec, c, tokens), {})

    def loaded(self) -> bool:
        """Whether any accreditation is listed."""
        return self._read("accreditation", any_loaded, otherwise=False)

    def _read(self, service: str, query: Callable[[sa.Connection], T], otherwise: T) -> T:
        """What a query gives; `otherwise` where the service has no database yet."""
        if not self.folder.has_database(service):
            return otherwise
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


def _provider_ids(connection: sa.Connection) -> list[str]:
    return list(connection.execute(sa.select(PROVIDERS.c.id)).scalars())
