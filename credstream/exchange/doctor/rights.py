"""The doctor looks at what the user of a service may do on the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from confluent_kafka import KafkaError, KafkaException

from credstream.contract import rights, topics
from credstream.exchange import registrations
from credstream.exchange.doctor.broker import BrokerReport
from credstream.exchange.doctor.findings import OK, WRONG, Finding
from credstream.exchange.doctor.topics import some
from credstream.kafka import clients, groups
from credstream.process import timeouts


def checks(broker: BrokerReport) -> Iterator[Finding]:
    """Try what the user of a service needs, as far as that is possible without writing."""
    service = broker.service
    if service is None:
        return
    do = f"credstream service add {service}"
    # A refused group or transaction says so at once; whether a topic may be written to would
    # only show when something is written.
    found = [
        Finding("rights", WRONG, what, f"{first}{do}")
        for what, first in (
            *_unseen(broker, service),
            *((what, "") for what in _groups(broker, service)),
            *((what, "") for what in _transactions(broker, service)),
        )
    ]
    yield from found
    if not found:
        yield Finding("rights", OK, f"{broker.user} sees its topics, groups and transactions")


def _unseen(broker: BrokerReport, service: str) -> Iterator[tuple[str, str]]:
    """Topics that this user cannot see: the broker does not tell whether they are missing."""
    own_rights = [right for right in rights.service_rights(service) if right.resource == "topic"]
    names = {right.name for right in own_rights if not right.prefixed}
    prefixes = [right.name for right in own_rights if right.prefixed]
    if topics.PROVIDERS in broker.partitions:
        for provider in registrations.in_force(broker.target).values():
            own = topics.provider_topics(provider.kind, provider.id)
            names |= {name for name in own if name.startswith(tuple(prefixes))}
    missing = sorted(names - broker.partitions.keys())
    if missing:
        yield (
            f"{some(missing)}: missing, or hidden from {broker.user}",
            "credstream topics create, and then ",
        )


def _groups(broker: BrokerReport, service: str) -> Iterator[str]:
    names = [r.name for r in rights.service_rights(service) if r.resource == "group"]
    for name in groups.forbidden(broker.cluster, names, timeouts.DOCTOR_BROKER_SECONDS):
        yield f"{broker.user} may not use the group {name}"


def _transactions(broker: BrokerReport, service: str) -> Iterator[str]:
    """Initialise a producer under a name that no worker has: a worker's own would be fenced."""
    try:
        producer = clients.producer(broker.cluster, f"{service}-doctor")
        producer.init_transactions(timeouts.DOCTOR_BROKER_SECONDS)
    except KafkaException as error:
        if error.args[0].code() == KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
            yield f"{broker.user} may not begin transactions"
