"""The vault: a key for each learner, wrapped by a key-encryption key; deleting it is erasure."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from credstream.contract.errors import Unavailable
from credstream.process import timeouts
from credstream.storage.engine import transaction
from credstream.storage.statements import keys_query, select_by_keys, upsert

METADATA = sa.MetaData()
# A row without a key is an erased learner's, for whom no key may ever be made again.
KEYS = sa.Table(
    "keys",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("wrapped", sa.LargeBinary),
)
_BY_ID = keys_query(sa.select(KEYS), KEYS.c.id)

NONCE_BYTES = 12


class Erased(Exception):
    """The learner's key was deleted."""


@dataclass(slots=True)
class Vault:
    """Makes, gets and erases the keys of learners; raises Unavailable when its database is away."""

    engine: sa.Engine
    kek: bytes
    _cache: dict[str, tuple[float, bytes | None]] = field(default_factory=dict)

    def make_or_get(self, ids: Iterable[str]) -> dict[str, bytes | None]:
        """The key of each learner, made where there was none; None for erased learners."""
        wanted = set(ids)
        keys = self._cached(wanted)
        missing = wanted - set(keys)
        if missing:
            keys |= self._remember(self._make(missing))
        return keys

    def existing(self, ids: Iterable[str]) -> dict[str, bytes | None]:
        """The keys that were made of some learners; None for erased ones."""
        wanted = set(ids)
        keys = self._cached(wanted)
        missing = wanted - set(keys)
        if missing:
            with transaction(self.engine) as connection:
                keys |= self._remember(self._read(connection, missing))
        return keys

    def current(self, ids: Iterable[str]) -> dict[str, bytes | None]:
        """As `existing`, without what is remembered: an erasure elsewhere counts at once."""
        for name in (wanted := set(ids)):
            self._cache.pop(name, None)
        return self.existing(wanted)

    def get(self, key_id: str) -> bytes:
        """The key of a learner; raises Erased, and Unavailable where the vault never had one.

        A learner without a row is not erased: the vault is an old copy.
        """
        keys = self._cached({key_id})
        if key_id not in keys:
            with transaction(self.engine) as connection:
                keys = self._remember(self._read(connection, {key_id}))
        if key_id not in keys:
            raise Unavailable("vault: a learner has no key: the vault may be an old copy", "vault")
        key = keys[key_id]
        if key is None:
            raise Erased(key_id)
        return key

    def erase(self, key_id: str) -> None:
        """Delete a learner's key, everywhere at once; repeatable.

        Also where there is none: an old copy may not have the learner yet.
        """
        with transaction(self.engine) as connection:
            upsert(connection, KEYS, [{"id": key_id, "wrapped": None}])
        self._cache.pop(key_id, None)

    def not_erased(self, ids: Iterable[str]) -> set[str]:
        """Of some erased learners, those whose key is there, or who are unknown here."""
        wanted = set(ids)
        with transaction(self.engine) as connection:
            rows = select_by_keys(connection, _BY_ID, wanted)
        return wanted - {row.id for row in rows if row.wrapped is None}

    def _make(self, ids: set[str]) -> dict[str, bytes | None]:
        with transaction(self.engine) as connection:
            keys = self._read(connection, ids)
            new = sorted(ids - set(keys))
            if new:
                self._check(connection)
                rows = [{"id": name, "wrapped": self._wrap(name, os.urandom(32))} for name in new]
                insert = sa.insert(KEYS)
                if connection.dialect.name == "postgresql":
                    # Another worker may make the same learner's key: the first one counts.
                    insert = sa.dialects.postgresql.insert(KEYS).on_conflict_do_nothing()
                connection.execute(insert, rows)
                keys |= self._read(connection, set(new))
        return keys

    def _check(self, connection: sa.Connection) -> None:
        """Raise Unavailable where our key-encryption key does not open the keys that exist.

        Keys that are made beside them look the same, and no process could open both.
        """
        query = sa.select(KEYS).where(KEYS.c.wrapped.is_not(None)).limit(1)
        if row := connection.execute(query).first():
            self._unwrap(row.id, row.wrapped)

    def _read(self, connection: sa.Connection, ids: set[str]) -> dict[str, bytes | None]:
        rows = select_by_keys(connection, _BY_ID, ids)
        return {
            row.id: None if row.wrapped is None else self._unwrap(row.id, row.wrapped)
            for row in rows
        }

    def _wrap(self, name: str, key: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.kek).encrypt(nonce, key, name.encode())

    def _unwrap(self, name: str, wrapped: bytes) -> bytes:
        nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return AESGCM(self.kek).decrypt(nonce, sealed, name.encode())
        except (InvalidTag, ValueError) as error:
            raise Unavailable(
                "vault: the key-encryption key does not open its keys", "vault"
            ) from error

    def _cached(self, ids: set[str]) -> dict[str, bytes | None]:
        now = time.monotonic()
        known = {name: self._cache[name] for name in ids if name in self._cache}
        return {name: key for name, (until, key) in known.items() if until > now}

    def _remember(self, keys: dict[str, bytes | None]) -> dict[str, bytes | None]:
        now = time.monotonic()
        if len(self._cache) > 10_000:  # noqa: PLR2004, a bound on memory, not a rule
            self._cache.clear()
        until = now + timeouts.VAULT_CACHE_SECONDS
        self._cache |= {name: (until, key) for name, key in keys.items()}
        return keys
