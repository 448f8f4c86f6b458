"""A schema registry with Confluent's interface, as the codec uses it for schemas and their ids.

Subjects are the full names of records (RecordNameStrategy). Answers are kept for the life of the
process: while the registry is away, schemas that were used before still work.
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
from credstream.process import in_hand, timeouts
from credstream.process.diagnosis import bare, of_registry
from credstream.process.settings import SettingsError

T = TypeVar("T")
NOT_FOUND, CONFLICT, UNPROCESSABLE = 404, 409, 422
# Error codes of a registry begin here; a 404 without one comes from another server.
# https://docs.confluent.io/platform/current/schema-registry/develop/api.html#errors
FIRST_ERROR_CODE = 40000
FULL, BACKWARD = "FULL_TRANSITIVE", "BACKWARD_TRANSITIVE"


class IncompatibleError(Exception):
    """The registry holds versions of a schema with which ours is not compatible."""


class SchemaRegistry:
    """Schemas by id and ids by schema; raises Unavailable where the registry does not answer."""

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
        self._writers: dict[int, schemas.WriterSchema] = {}
        self._unknown: dict[int, float] = {}

    def id_of(self, name: str) -> int:
        """The id of this version's schema; raises Unavailable too where it is not registered."""
        if name not in self._ids:
            registered = self._call(lambda: self._client.lookup_schema(subject(name), _ours(name)))
            if registered is None or registered.schema_id is None:
                raise Unavailable(
                    f"registry {bare(self._url)}: {subject(name)} lacks this version's schema; "
                    "run `credstream topics create`",
                    "registry",
                )
            self._ids[name] = int(registered.schema_id)
        return self._ids[name]

    def writer_of(self, schema_id: int) -> schemas.WriterSchema | None:
        """The record and schema of an id; None for an unknown id, or no record of the contract."""
        if schema_id not in self._writers:
            if self._unknown.get(schema_id, 0.0) > time.monotonic():
                return None
            schema = self._call(lambda: self._client.get_schema(schema_id))
            parsed = schemas.parse_registered(schema.schema_str or "") if schema else None
            if parsed is None:
                self._remember_unknown(schema_id)
                return None
            self._writers[schema_id] = parsed
        return self._writers[schema_id]

    def register(self, name: str) -> bool:
        """Set the compatibility level of a subject and register our schema; whether it is new.

        Raises IncompatibleError where an earlier version forbids it.
        """
        self._call(lambda: self._client.set_compatibility(subject(name), level(name)))
        if self._call(lambda: self._client.lookup_schema(subject(name), _ours(name))):
            return False
        self._call(lambda: self._client.register_schema(subject(name), _ours(name)))
        return True

    def state(self, name: str) -> str:
        """How a subject differs from what `register` makes of it; empty where it does not."""
        try:
            self.id_of(name)
        except Unavailable:
            versions = self._call(lambda: self._client.get_versions(subject(name)))
            return "has only other versions of the schema" if versions else "is not registered"
        current = self._call(lambda: self._client.get_compatibility(subject(name)))
        return "" if current == level(name) else f"has the level {current}, not {level(name)}"

    def close(self) -> None:
        self._client.close()

    def _call(self, request: Callable[[], T]) -> T | None:
        """The registry's answer; None for what it has not got."""
        try:
            with in_hand.waiting():
                return request()
        except SchemaRegistryError as error:
            status = error.http_status_code
            if status == NOT_FOUND and (error.error_code or 0) >= FIRST_ERROR_CODE:
                return None
            if status in (CONFLICT, UNPROCESSABLE):
                text = f"registry {bare(self._url)}: {error.error_message}"
                raise IncompatibleError(text) from error
            raise Unavailable(str(of_registry(str(status), self._url)), "registry") from error
        except (httpx2.HTTPError, OSError, ValueError) as error:
            raise Unavailable(
                str(of_registry(type(error).__name__, self._url)), "registry"
            ) from error

    def _remember_unknown(self, schema_id: int) -> None:
        if len(self._unknown) > 1000:  # noqa: PLR2004, a bound on memory, not a rule
            self._unknown.clear()
        self._unknown[schema_id] = time.monotonic() + timeouts.UNKNOWN_SCHEMA_SECONDS


def subject(name: str) -> str:
    """The full name of a record."""
    return schemas.full_name(name)


def level(name: str) -> str:
    """The compatibility level of a record's schema.

    Registers read published records with an earlier or a later version, so that both ways count.
    """
    return FULL if name.startswith("published_") else BACKWARD


def _ours(name: str) -> Any:
    return Registered(schemas.text(name), "AVRO")
