"""The doctor looks at topics: against the table, and the inputs of each service together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from credstream.contract import topics
from credstream.exchange.doctor.broker import BrokerReport
from credstream.exchange.doctor.findings import OK, WRONG, Finding
from credstream.exchange.topics import embedded_differences, topic_differences
from credstream.kafka.admin import Admin, Drift

# So many names are given; the rest is a number.
SHOWN = 3
# The records that a service reads in its data path, from topics with equal partitions.
FLOW = ("received", "normalised", "accredited", "again")


def checks(broker: BrokerReport, services: Iterable[str]) -> Iterator[Finding]:
    """Compare topics with the table, and the inputs of each service with each other."""
    found = list(_unequal(broker, services))
    if broker.target.embedded:
        found += by_kind(embedded_differences(broker.partitions))
    elif broker.service is None:
        found += by_kind(topic_differences(broker.target))
    elif broker.service == "ingest":
        found += _unstamped(broker)
    yield from found
    if not found:
        yield Finding(
            "topics", OK, f"{len(broker.partitions)} topics are visible, and none is wrong"
        )


def _unequal(broker: BrokerReport, services: Iterable[str]) -> Iterator[Finding]:
    for service in services:
        counts = {name: broker.partitions.get(name, 0) for name in inputs_of(service)}
        seen = {name: count for name, count in counts.items() if count}
        if len(set(seen.values())) > 1:
            shown = ", ".join(f"{name} has {count}" for name, count in seen.items())
            do = "stop its workers, delete the wrong topic, then credstream topics create"
            yield Finding("topics", WRONG, f"{service} needs equal partitions: {shown}", do)


def _unstamped(broker: BrokerReport) -> Iterator[Finding]:
    """The topics that ingest holds, since it cannot trust the time of their messages."""
    names = [name for name in broker.partitions if topics.provider_of(name)]
    by_cause: dict[str, list[str]] = {}
    for name, why in sorted(Admin(broker.cluster).unstamped(names).items()):
        by_cause.setdefault(why, []).append(name)
    do = "credstream topics create --repair, then credstream service add ingest"
    for why, topics_held in by_cause.items():
        yield Finding("topics", WRONG, f"{some(topics_held)} held: {why}", do)


def by_kind(drifts: Iterable[Drift]) -> list[Finding]:
    """One line for each kind of difference: a new cluster lacks a hundred topics."""
    kinds: dict[tuple[str, str, str, str], list[str]] = {}
    for drift in drifts:
        kind = (drift.what, drift.found, drift.wanted, drift.how_to_mend)
        kinds.setdefault(kind, []).append(drift.topic)
    return [
        Finding("topics", WRONG, f"{some(names)}: {_difference(*kind[:3])}", kind[3])
        for kind, names in kinds.items()
    ]


def _difference(what: str, found: str, should: str) -> str:
    return f"{what} is {found}, should be {should}" if should else what


def some(names: Sequence[str]) -> str:
    """The first names, and how many there are beside them."""
    more = len(names) - SHOWN
    return f"{', '.join(names[:SHOWN])}{f' and {more} more' if more > 0 else ''}"


def inputs_of(service: str) -> list[str]:
    """The topics of a service's data path, but for those of providers."""
    rows = [r for r in topics.TOPICS if service in r.readers and r.record in FLOW]
    return [row.name.replace("<service>", service) for row in rows]
