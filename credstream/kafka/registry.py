"""A schema registry with Confluent's interface behind the codec's own; ids come from there.

Subjects are the records' full names (RecordNameStrategy). What was once learned is kept: while
the registry is away, known schemas go on working.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx2
from confluent_kafka.schema_registry import Schema as Registered
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError

from credstream.contract import schemas
from credstream.contract.errors import Unavailable
from credstream.process import timeouts
from credstream.process.diagnosis import bare, of_registry
from credstream.process.settings import SettingsError

T = TypeVar("T")
NOT_FOUND, CONFLICT, UNFIT = 404, 409, 422
# A registry says what it has not found by a number from here on; any other server does not.
KNOWN_CODES = 40000
FULL, BACKWARD = "FULL_TRANSITIVE", "BACKWARD_TRANSITIVE"


class IncompatibleError(Exception):
    """The registry holds versions of a schema that ours does not go with."""


class SchemaRegistry:
    """Ids by registered schema. Raises Unavailable where the registry does not answer."""

    def __init__(self, url: str) -> None:
        try:
            seconds = timeouts.REGISTRY_SECONDS
            self._client = SchemaRegistryClient(
                {"url": url, "timeout": seconds, "max.retries": 0, "cache.capacity": 1}
            )
        except ValueError as error:
            raise SettingsError(f"CREDSTREAM_REGISTRY_URL: {error}") from error
        self._url = url
        self._ids: dict[str, int] = {}
        self._writers: dict[int, schemas.Writer] = {}
        self._unknown: dict[int, float] = {}

    def id_of(self, name: str) -> int:
        """The id of this version's schema; Unavailable too where it is not registered."""
        if name not in self._ids:
            found = self._asked(lambda: self._client.lookup_schema(subject(name), _ours(name)))
            if found is None or found.schema_id is None:
                raise Unavailable(
                    f"registry {bare(self._url)}: {subject(name)} has not this version's schema; "
                    "run `credstream topics create`"
                )
            self._ids[name] = int(found.schema_id)
        return self._ids[name]

    def writer_of(self, schema_id: int) -> schemas.Writer | None:
        """Record and schema of an id; None where it is nobody's, or no record of the contract."""
        if schema_id not in self._writers:
            if self._unknown.get(schema_id, 0.0) > time.monotonic():
                return None
            found = self._asked(lambda: self._client.get_schema(schema_id))
            parsed = schemas.parsed(found.schema_str or "") if found else None
            if parsed is None:
                self._remember_unknown(schema_id)
                return None
            self._writers[schema_id] = parsed
        return self._writers[schema_id]

    def register(self, name: str) -> bool:
        """Set the level of a record's subject and register our schema; whether it was new.

        Raises IncompatibleError where an earlier version forbids it.
        """
        self._asked(lambda: self._client.set_compatibility(subject(name), level(name)))
        if self._asked(lambda: self._client.lookup_schema(subject(name), _ours(name))):
            return False
        self._asked(lambda: self._client.register_schema(subject(name), _ours(name)))
        return True

    def state(self, name: str) -> str:
        """Empty where a subject is as `register` leaves it, else what is wrong with it."""
        try:
            self.id_of(name)
        except Unavailable:
            versions = self._asked(lambda: self._client.get_versions(subject(name)))
            return "has only other versions of the schema" if versions else "is not registered"
        found = self._asked(lambda: self._client.get_compatibility(subject(name)))
        return "" if found == level(name) else f"has the level {found}, not {level(name)}"

    def close(self) -> None:
        self._client.close()

    def _asked(self, ask: Callable[[], T]) -> T | None:
        """An answer; None for what is not there."""
        try:
            return ask()
        except SchemaRegistryError as error:
            status = error.http_status_code
            if status == NOT_FOUND and (error.error_code or 0) >= KNOWN_CODES:
                return None
            if status in (CONFLICT, UNFIT):
                said = f"registry {bare(self._url)}: {error.error_message}"
                raise IncompatibleError(said) from error
            raise Unavailable(str(of_registry(str(status), self._url))) from error
        except (httpx2.HTTPError, OSError, ValueError) as error:
            raise Unavailable(str(of_registry(type(error).__name__, self._url))) from error

    def _remember_unknown(self, schema_id: int) -> None:
        if len(self._unknown) > 1000:  # noqa: PLR2004, a bound on memory, not a rule
            self._unknown.clear()
        self._unknown[schema_id] = time.monotonic() + timeouts.UNKNOWN_SCHEMA_SECONDS


def subject(name: str) -> str:
    """The full name of a record."""
    return schemas.full_name(name)


def level(name: str) -> str:
    """What a new version of a record has to go with: published ones are read by strangers."""
    return FULL if name.startswith("published_") else BACKWARD


def _ours(name: str) -> Any:
    return Registered(schemas.text(name), "AVRO")
