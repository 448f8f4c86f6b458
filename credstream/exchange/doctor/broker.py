"""Checks of `credstream doctor` that ask the broker: the way in, topics, rights, journal."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from credstream.contract import rights, topics
from credstream.exchange import registrations
from credstream.exchange.doctor.checks import OK, UNKNOWN, WRONG, Base, Finding, check_of, in_force
from credstream.exchange.target import Target
from credstream.exchange.topics import embedded_differences, topic_differences
from credstream.kafka import clients
from credstream.kafka.admin import Admin, Drift
from credstream.kafka.clients import Cluster
from credstream.process import timeouts
from credstream.process.diagnosis import Diagnosis, Heard, of_broker
from credstream.storage import journal
from credstream.storage.engine import open_engine, transaction
from credstream.storage.journal import JournalError, Partition, Row
from credstream.storage.tables import JOURNAL

SHOWN = 3
# What a service reads in its data path, all with the same number of partitions.
FLOW = ("received", "normalised", "accredited", "again")


@dataclass(frozen=True, slots=True)
class BrokerReport:
    """A cluster: its id, empty where it is away, and the partitions of what we may see there."""

    exchange: Target
    id: str
    partitions: Mapping[str, int]
    checks: tuple[Finding, ...]

    @property
    def cluster(self) -> Cluster:
        return self.exchange.cluster

    @property
    def user(self) -> str:
        return str(self.cluster.security.get("sasl.username", ""))

    @property
    def service(self) -> str | None:
        """The service whose user we are."""
        return next((s for s in topics.SERVICES if rights.user_of_service(s) == self.user), None)


def reach(exchange: Target) -> BrokerReport:
    """Get into a cluster, or say why not."""
    cluster = exchange.cluster
    cluster.witness.forget()
    try:
        client = AdminClient(clients.common(cluster))
        found = clients.listed(cluster, client, timeouts.DOCTOR_BROKER_SECONDS)
    except KafkaException as error:
        heard = [*cluster.witness.heard, *_probed(cluster)]
        return BrokerReport(exchange, "", {}, (check_of("broker", _why(cluster, error, heard)),))
    counts = {name: len(topic.partitions) for name, topic in found.topics.items()}
    broker = BrokerReport(exchange, found.cluster_id or "", counts, ())
    whom = f" {broker.user}" if broker.user else ""
    words = f"{cluster.address} answers{whom}; cluster {found.cluster_id}"
    seen = (Finding("broker", OK, words), *_certificate(cluster))
    return BrokerReport(exchange, broker.id, counts, seen)


def topic_checks(broker: BrokerReport, services: Iterable[str]) -> Iterator[Finding]:
    """Topics against the table, and the inputs of each service against each other."""
    found = list(_unequal(broker, services))
    if broker.exchange.embedded:
        found += _drifts(embedded_differences(broker.partitions))
    elif broker.service is None:
        found += _drifts(topic_differences(broker.exchange))
    yield from found
    if not found:
        yield Finding("topics", OK, f"{len(broker.partitions)} topics are seen, none amiss")


def right_checks(broker: BrokerReport) -> Iterator[Finding]:
    """What the user of a service may do, as far as that can be tried without writing."""
    service = broker.service
    if service is None:
        return
    do = f"credstream service add {service}"
    found = [
        Finding("rights", WRONG, words, f"{mend}{do}")
        for words, mend in (
            *_unseen(broker, service),
            *((words, "") for words in _groups(broker, service)),
            *((words, "") for words in _transactions(broker, service)),
        )
    ]
    yield from found
    if not found:
        yield Finding("rights", OK, f"{broker.user} sees its topics, groups and transactions")


def journal_checks(broker: BrokerReport, base: Base) -> Iterator[Finding]:
    """Whether the journal of a service goes with the offsets that the broker holds for it."""
    before, trusting = _rows(base)
    places = sorted(before.keys() | set(_inputs(broker, base.name)))
    offsets = _committed(broker.cluster, base.name, places)
    after, _ = _rows(base)
    # What moves meanwhile is at work, and a worker compares before it begins.
    still = [place for place in places if before.get(place) == after.get(place)]
    amiss = []
    for place in still:
        row = after.get(place)
        try:
            journal.verdict(place, row, broker.id, offsets.get(place), trusting=trusting)
        except JournalError as error:
            amiss.append(str(error))
    do = f"credstream journal show {base.name}; then see `The journal refuses` in the documentation"
    for words in amiss[:SHOWN]:
        yield Finding("journal", WRONG, f"{base.name}: {words}", do)
    if len(amiss) > SHOWN:
        yield Finding("journal", WRONG, f"{base.name}: and {len(amiss) - SHOWN} rows more", do)
    if not amiss:
        yield Finding("journal", OK, f"{base.name}: {len(after)} rows go with the broker's offsets")


def _why(cluster: Cluster, error: KafkaException, heard: Iterable[Heard]) -> Diagnosis:
    told = [(error.args[0].name(), error.args[0].str()), *heard]
    return of_broker(cluster.address, cluster.security, told)


def _probed(cluster: Cluster) -> Iterator[Heard]:
    """What a handshake of our own tells: librdkafka does not say which part of it failed."""
    try:
        _handshake(cluster)
    except ssl.SSLCertVerificationError as error:
        yield "_SSL", f"certificate verify failed: {error.verify_message}"
    except (OSError, ValueError):
        return
    else:
        if not _secure(cluster):
            yield "_SSL", "a listener that speaks TLS"


def _certificate(cluster: Cluster) -> Iterator[Finding]:
    """How long the broker's certificate is in force, as Python sees it: Faust does so too."""
    if not _secure(cluster):
        return
    try:
        ends = str(_handshake(cluster).get("notAfter", ""))
        until = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
        yield in_force("broker", "its certificate", datetime.min.replace(tzinfo=UTC), until)
    except ssl.SSLCertVerificationError as error:
        heard = [("_SSL", f"certificate verify failed: {error.verify_message}")]
        yield check_of("broker", of_broker(cluster.address, cluster.security, heard))
    except (OSError, ValueError) as error:
        yield Finding("broker", UNKNOWN, f"its certificate was not seen: {error}", "try again")


def _handshake(cluster: Cluster) -> Mapping[str, Any]:
    """The certificate of the first broker, checked where we would check it."""
    host, _, port = cluster.address.split(",")[0].strip().rpartition(":")
    context = ssl.create_default_context(cadata=cluster.security.get("ssl.ca.pem"))
    if not _secure(cluster):
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    seconds = timeouts.DOCTOR_CONNECT_SECONDS
    with (
        socket.create_connection((host.strip("[]"), int(port)), seconds) as plain,
        context.wrap_socket(plain, server_hostname=host.strip("[]")) as wrapped,
    ):
        return wrapped.getpeercert() or {}


def _secure(cluster: Cluster) -> bool:
    return str(cluster.security.get("security.protocol", "")).endswith("ssl")


def _unequal(broker: BrokerReport, services: Iterable[str]) -> Iterator[Finding]:
    for service in services:
        counts = {name: broker.partitions.get(name, 0) for name in _flow(service)}
        seen = {name: count for name, count in counts.items() if count}
        if len(set(seen.values())) > 1:
            shown = ", ".join(f"{name} has {count}" for name, count in seen.items())
            do = "stop its workers, make the wrong one anew: credstream topics create"
            yield Finding("topics", WRONG, f"{service} needs equal partitions: {shown}", do)


def _drifts(drifts: Iterable[Drift]) -> list[Finding]:
    """One line for each kind of difference: a new cluster lacks a hundred topics."""
    kinds: dict[tuple[str, str, str, str], list[str]] = {}
    for each in drifts:
        kinds.setdefault((each.what, each.found, each.wanted, each.how_to_mend), []).append(
            each.topic
        )
    return [
        Finding("topics", WRONG, f"{_some(names)}: {_difference(*kind[:3])}", kind[3])
        for kind, names in kinds.items()
    ]


def _difference(what: str, found: str, should: str) -> str:
    return f"{what} is {found}, should be {should}" if should else what


def _some(names: list[str]) -> str:
    more = len(names) - SHOWN
    return f"{', '.join(names[:SHOWN])}{f' and {more} more' if more > 0 else ''}"


def _unseen(broker: BrokerReport, service: str) -> Iterator[tuple[str, str]]:
    """Topics of the table that are not there for this user: the broker does not tell which."""
    names = {r.name for r in rights.of_service(service) if r.resource == "topic" and not r.prefixed}
    prefixes = [r.name for r in rights.of_service(service) if r.prefixed and r.resource == "topic"]
    if topics.PROVIDERS in broker.partitions:
        own = [
            topics.of_provider(p.kind, p.id)
            for p in registrations.in_force(broker.exchange).values()
        ]
        names |= {n for some in own for n in some if n.startswith(tuple(prefixes))}
    missing = sorted(names - broker.partitions.keys())
    if missing:
        words = f"{_some(missing)}: missing, or hidden from {broker.user}"
        yield words, "credstream topics create, and then "


def _groups(broker: BrokerReport, service: str) -> Iterator[str]:
    names = [r.name for r in rights.of_service(service) if r.resource == "group"]
    for name in Admin(broker.cluster).forbidden_groups(names, timeouts.DOCTOR_BROKER_SECONDS):
        yield f"{broker.user} may not use the group {name}"


def _transactions(broker: BrokerReport, service: str) -> Iterator[str]:
    """Begin a life under a name of the allowed prefix that no worker has: theirs would end."""
    try:
        producer = clients.producer(broker.cluster, f"{service}-doctor")
        producer.init_transactions(timeouts.DOCTOR_BROKER_SECONDS)
    except KafkaException as error:
        if error.args[0].code() == KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
            yield f"{broker.user} may not begin transactions"


def _flow(service: str) -> list[str]:
    rows = [r for r in topics.TOPICS if service in r.readers and r.record in FLOW]
    return [row.name.replace("<service>", service) for row in rows]


def _inputs(broker: BrokerReport, service: str) -> Iterator[Partition]:
    for name, count in broker.partitions.items():
        ours = name in _flow(service)
        if ours or (service == topics.SERVICES[0] and re.match(topics.SUBMISSIONS, name)):
            yield from ((name, partition) for partition in range(count))


def _rows(base: Base) -> tuple[dict[Partition, Row], bool]:
    with transaction(open_engine(base.url)) as connection:
        found = connection.execute(sa.select(JOURNAL.c.topic, JOURNAL.c.partition)).all()
        places = [
            (row.topic, row.partition) for row in found if row.topic != journal.ANY_PARTITION[0]
        ]
        return journal.read(connection, places), journal.trusts_broker(connection)


def _committed(
    cluster: Cluster, group: str, places: list[Partition]
) -> dict[Partition, int | None]:
    if not places:
        return {}
    consumer = clients.consumer(cluster, group)  # it subscribes to nothing, so it joins nothing
    try:
        asked = [TopicPartition(*place) for place in places]
        found = consumer.committed(asked, timeout=timeouts.DOCTOR_BROKER_SECONDS)
    finally:
        consumer.close()
    return {(p.topic, p.partition): p.offset if p.offset >= 0 else None for p in found}
