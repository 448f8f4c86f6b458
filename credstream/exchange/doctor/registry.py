"""The doctor looks at the schema registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from credstream.contract import schemas
from credstream.contract.errors import Unavailable
from credstream.exchange.doctor.findings import OK, UNKNOWN, WRONG, Finding, finding_of
from credstream.exchange.target import Target
from credstream.kafka import registry
from credstream.process import diagnosis, timeouts
from credstream.process.diagnosis import Diagnosis

OTHER_VERSION = "find out who registered the other version: deploy it too, or delete it there"


def checks(target: Target) -> Iterator[Finding]:
    """Whether the registry answers, and has each schema of this version with its level."""
    url = target.registry
    if not url:
        yield Finding("registry", OK, "none is set: the built-in ids are used")
        return
    seconds = timeouts.REGISTRY_SECONDS
    # Without retries: they would outlast the stage of the report that this is part of.
    client = SchemaRegistryClient({"url": url, "timeout": seconds, "max.retries": 0})
    ours = registry.SchemaRegistry(url)
    try:
        failure = _failure(client, url)
        if failure is not None:
            yield finding_of("registry", failure)
            return
        found = [finding for name in schemas.IDS for finding in _schema(client, ours, name)]
        yield from found
        if not found:
            yield Finding("registry", OK, f"has {len(schemas.IDS)} schemas of this version")
    except Unavailable as away:
        yield Finding("registry", UNKNOWN, str(away), "look at its log and at its database")
    finally:
        ours.close()
        client.close()


def _failure(client: SchemaRegistryClient, url: str) -> Diagnosis | None:
    """Why the registry cannot be reached; None where one answers."""
    import httpx2
    from confluent_kafka.schema_registry.error import SchemaRegistryError

    try:
        client.get_subjects()
    except SchemaRegistryError as error:
        return diagnosis.of_registry(str(error.http_status_code), url)
    except (httpx2.HTTPError, OSError, ValueError) as error:
        return diagnosis.of_registry(type(error).__name__, url)
    return None


def _schema(
    client: SchemaRegistryClient, ours: registry.SchemaRegistry, name: str
) -> Iterator[Finding]:
    state = ours.state(name)
    if not state:
        return
    subject, do = registry.subject(name), "credstream topics create"
    if "other versions" in state:
        is_compatible: Callable[..., bool] = client.test_compatibility
        fits = is_compatible(subject, Schema(schemas.text(name), "AVRO"))
        state = state if fits else "holds a version with which this one is not compatible"
        do = f"{do}; if that is refused, {OTHER_VERSION}" if fits else OTHER_VERSION
    yield Finding("registry", WRONG, f"schema {subject} {state}", do)
