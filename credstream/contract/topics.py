"""The table of topics: names, records, writers, readers, partitions, sizes and retention."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

KIB = 1024
MIB = 1024 * KIB
DAY_MS = 86_400_000

SERVICES = ("ingest", "normalise", "accreditation", "publisher")
KINDS = ("provider", "certifier", "consortium")

PAYLOAD_BYTES = 1 * MIB
PROVIDER_ID = re.compile(r"[a-z0-9-]{2,40}")
# librdkafka takes a name that begins with ^ as a pattern. The character class has no dot, so that
# the dead letters do not match.
SUBMISSIONS = r"^submissions\.(provider|certifier|consortium)\.[a-z0-9-]+$"
UNKNOWN_DLQ = "submissions.unknown.dlq"

RECEIVED = "received.v1"
NORMALISED = "normalised.v1"
ACCREDITED = "accredited.v1"
DEFINITIONS = "published.definitions.v1"
CHANGES = "published.changes.v1"
PROVIDERS = "reference.providers.v1"
ACCREDITATIONS = "reference.accreditations.v1"
SCHEMES = "reference.schemes.v1"
NOWHERE = "zz"


@dataclass(frozen=True, slots=True)
class Topic:
    """One row of the table. `name` may contain <kind>, <provider>, <cc>, <register> or <service>.

    `retention_ms` is None for a compacted topic. `embedded` is the number of partitions on the
    embedded broker, which allocates about 5 MB for each.
    """

    name: str
    record: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    partitions: int
    retention_ms: int | None
    max_bytes: int = MIB
    embedded: int = 1
    dlq_days: int = 30


TOPICS = (
    Topic(
        "submissions.<kind>.<provider>",
        "",
        ("provider",),
        ("ingest",),
        1,
        7 * DAY_MS,
        max_bytes=4 * MIB,
        dlq_days=7,
    ),
    Topic(
        RECEIVED,
        "received",
        ("ingest",),
        ("normalise",),
        6,
        3 * DAY_MS,
        max_bytes=2 * MIB,
        embedded=2,
        dlq_days=7,
    ),
    Topic(NORMALISED, "normalised", ("normalise",), ("accreditation",), 6, 7 * DAY_MS, embedded=2),
    Topic(ACCREDITED, "accredited", ("accreditation",), ("publisher",), 6, 7 * DAY_MS, embedded=2),
    Topic(DEFINITIONS, "published_definition", ("publisher",), ("register",), 6, None),
    Topic("published.awards.<cc>.v1", "published_award", ("publisher",), ("register",), 6, None),
    Topic(CHANGES, "published_change", ("publisher",), ("register",), 6, 90 * DAY_MS),
    Topic("receipts.<provider>", "receipt", SERVICES, ("provider",), 1, 90 * DAY_MS),
    Topic("acks.<register>", "ack", ("register",), ("publisher",), 1, 90 * DAY_MS),
    Topic(PROVIDERS, "provider", ("operator",), SERVICES, 1, None),
    Topic(ACCREDITATIONS, "accreditation", ("operator",), ("accreditation",), 1, None),
    Topic(SCHEMES, "scheme", ("operator",), ("accreditation",), 1, None),
    Topic(
        "again.<service>.v1",
        "again",
        ("operator", *SERVICES[1:]),
        SERVICES[1:],
        6,
        7 * DAY_MS,
        embedded=2,
    ),
)


def submissions(kind: str, provider: str) -> str:
    return f"submissions.{kind}.{provider}"


def receipts(provider: str) -> str:
    return f"receipts.{provider}"


def is_receipts(topic: str) -> bool:
    return topic.startswith(receipts(""))


def awards(country: str) -> str:
    return f"published.awards.{country.lower()}.v1"


def again(service: str) -> str:
    return f"again.{service}.v1"


def dlq(topic: str) -> str:
    return f"{topic}.dlq"


@lru_cache(maxsize=4096)
def provider_of(topic: str) -> tuple[str, str] | None:
    """The kind and the id of the provider of a submissions topic; None for any other topic."""
    if not re.fullmatch(SUBMISSIONS, topic):
        return None
    _, kind, provider = topic.split(".")
    return kind, provider


@lru_cache(maxsize=4096)
def row_of(topic: str) -> Topic | None:
    """The row of a topic or of its dead letters."""
    name = topic.removesuffix(".dlq")
    return next((row for row in TOPICS if re.fullmatch(_pattern(row.name), name)), None)


def max_bytes(topic: str) -> int:
    """The largest message of a topic; that of dead letters has room for their headers."""
    row = row_of(topic)
    size = row.max_bytes if row else 4 * MIB
    return size + 64 * KIB if topic.endswith(".dlq") else size


BROKER_TIME = "LogAppendTime"
LARGEST_MESSAGE = 4 * MIB + 64 * KIB
# A register that was away for a week still has to find the tombstones of keys deleted meanwhile.
TOMBSTONE_MS = 14 * DAY_MS


def partitions(topic: str) -> int:
    """The number of partitions on a real cluster; dead letters have one."""
    row = row_of(topic)
    return row.partitions if row and not topic.endswith(".dlq") else 1


def topic_config(topic: str) -> dict[str, str]:
    """The configuration of a topic on a real cluster: https://kafka.apache.org/documentation/#topicconfigs."""
    row = row_of(topic)
    sizes = {
        "max.message.bytes": str(max_bytes(topic)),
        # The broker's own clock. A producer could date a message into the past, for which its
        # certificate was in force, or out of the time for which the topic keeps messages.
        "message.timestamp.type": BROKER_TIME,
    }
    if topic.endswith(".dlq"):
        retention_ms = (row.dlq_days if row else 7) * DAY_MS
    elif row is None or row.retention_ms is None:
        return sizes | {
            "cleanup.policy": "compact",
            "delete.retention.ms": str(TOMBSTONE_MS),
            "retention.ms": "-1",
        }
    else:
        retention_ms = row.retention_ms
    return sizes | {"cleanup.policy": "delete", "retention.ms": str(retention_ms)}


def fixed_topics(countries: Iterable[str], *, embedded: bool = False) -> Iterator[tuple[str, int]]:
    """The name and the partitions of every topic that needs no provider and no register."""
    for row in TOPICS:
        count = row.embedded if embedded else row.partitions
        for name in _topic_names(row.name, countries):
            yield name, count
            # Registers keep dead letters of their own.
            if row.readers != ("register",):
                yield dlq(name), 1
    yield UNKNOWN_DLQ, 1


def provider_topics(kind: str, provider: str) -> tuple[str, ...]:
    """The topics of one provider; the submissions topic comes last, as it invites submissions."""
    source = submissions(kind, provider)
    return receipts(provider), dlq(source), source


def _topic_names(template: str, countries: Iterable[str]) -> Iterator[str]:
    if "<cc>" in template:
        yield from (template.replace("<cc>", cc.lower()) for cc in (*countries, NOWHERE))
    elif "<service>" in template:
        yield from (template.replace("<service>", name) for name in SERVICES[1:])
    elif "<" not in template:
        yield template


def _pattern(template: str) -> str:
    text = re.escape(template)
    for name, form in (
        ("<kind>", f"({'|'.join(KINDS)})"),
        ("<provider>", "[a-z0-9-]{2,40}"),
        ("<register>", "[a-z0-9-]{2,40}"),
        ("<cc>", "[a-z]{2}"),
        ("<service>", f"({'|'.join(SERVICES)})"),
    ):
        text = text.replace(re.escape(name), form)
    return text
