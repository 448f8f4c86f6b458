"""A check of all four services: many versions of many keys, lists that change, and what must hold.

Every event of a key carries its number as grade. What is published of a key must be its versions
1, 2, 3 … in order, its grades 1 … n in order, each first brought by exactly one version, and what
is judged last must be what the lists say last.
"""

from __future__ import annotations

import itertools
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from confluent_kafka import Consumer, TopicPartition

from credstream.contract import topics
from credstream.contract.records import (
    Accreditation,
    Provider,
    PublishedAward,
    PublishedChange,
    Receipt,
)
from credstream.contract.values import Identifier, Organisation
from credstream.kafka import clients, metadata
from credstream.kafka.admin import Admin
from credstream.kafka.sender import Outgoing, Sender
from credstream.kafka.topic_reader import read_to_end
from tests.support import stacks
from tests.support.fleets import Fleet

PROVIDERS = ("check-a", "check-b", "check-c", "check-d", "check-e")
AWARDS, DAY = topics.awards("DE"), "2026-03-06"
SEALED_EVERY = 100


@dataclass(frozen=True)
class DeliveryCheck:
    """`keys` credentials with `rounds` events each, awarded by `bodies` that lists speak of."""

    keys: int
    rounds: int
    bodies: int = 20

    def names(self) -> list[tuple[str, str]]:
        return [(PROVIDERS[n % len(PROVIDERS)], f"C-{n:05}") for n in range(self.keys)]

    @property
    def events(self) -> int:
        return self.keys * self.rounds

    def body(self, name: str) -> int:
        return int(name.removeprefix("C-")) // len(PROVIDERS) % self.bodies

    def event(self, name: str, number: int) -> bytes:
        """One submission; only a few are complete enough for a seal, which costs milliseconds."""
        body = self.body(name)
        plain = {
            "credstream": 1,
            "kind": "award",
            "id": name,
            "language": "en",
            "title": {"en": f"Course of body {body}"},
            "country": "DE",
            "issued_on": DAY,
            "awarding_bodies": [
                {
                    "name": {"en": f"School {body}"},
                    "country": "DE",
                    "identifiers": [{"scheme": "vat", "value": f"DE9990{body:05}"}],
                }
            ],
            "learner": {"id": {"scheme": "national", "value": f"TEST-{name}"}},
            "workload": {"hours": 16},
            "level": {"eqf": 2},
            "field": {"isced_f": "1011"},
            "assessment": {"type": "portfolio", "grade": f"{number:04}"},
            "participation": {"mode": "onsite"},
            "quality_assurance": [{"type": "external", "body": "An Agency"}],
            "route": "non-formal",
        }
        if int(name.removeprefix("C-")) % SEALED_EVERY == 0:
            plain["learning_outcomes"] = [{"text": {"en": "Cleans panes safely."}}]
        return json.dumps(plain).encode()

    def listed(self, body: int, *, withdrawn: bool) -> Accreditation:
        return Accreditation(
            id=f"A-{body}",
            source="check",
            as_of=1_770_000_000_000,
            kind="accreditation",
            organisation=Organisation(
                name={"en": f"School {body}"},
                country="DE",
                identifiers=(_vat(body),),
            ),
            agent=Organisation(name={"en": "Agency"}, country="DE"),
            agent_trusted=True,
            decision="positive",
            issued_on="2025-01-01",
            withdrawn_on="2026-01-01" if withdrawn else None,
            jurisdictions=("DE",),
        )


FEW = DeliveryCheck(keys=40, rounds=2, bodies=2)


def _vat(body: int) -> Identifier:
    return Identifier(scheme="vat", value=f"DE9990{body:05}")


def register_all(fleet: Fleet, check: DeliveryCheck) -> None:
    """Registrations, topics, and every body accredited."""
    for name in PROVIDERS:
        register(fleet, name)
    for body in range(check.bodies):
        publish_accreditation(fleet, check, body, withdrawn=False)


def register(fleet: Fleet, name: str, country: str = "DE") -> None:
    """A provider with its topics."""
    record = Provider(id=name, kind="provider", name=name, country=country, status="active")
    message = Outgoing(topics.PROVIDERS, fleet.codec.encode(record), name.encode())
    Sender(fleet.target.cluster).send([message])
    own = topics.provider_topics("provider", name)
    Admin(fleet.target.cluster).create(own, stacks.stack().nodes)


def publish_accreditation(
    fleet: Fleet, check: DeliveryCheck, body: int, *, withdrawn: bool
) -> None:
    """Publish what the list says of a body now."""
    record = check.listed(body, withdrawn=withdrawn)
    message = Outgoing(topics.ACCREDITATIONS, fleet.codec.encode(record), record.id.encode())
    Sender(fleet.target.cluster).send([message])


def send_all(fleet: Fleet, check: DeliveryCheck) -> None:
    """Send every event, round by round."""
    producer = clients.producer(fleet.target.cluster)
    for number in range(1, check.rounds + 1):
        for provider, name in check.names():
            topic = topics.submissions("provider", provider)
            header = [("ce_id", f"{name}-{number:04}".encode())]
            while True:
                try:
                    producer.produce(topic, check.event(name, number), headers=header)
                except BufferError:
                    producer.poll(0.1)
                else:
                    break
        producer.poll(0)
    assert producer.flush(60) == 0


@dataclass
class Observed:
    """What has been published, read_committed and in order, with the broker's times."""

    fleet: Fleet
    awards: dict[str, list[PublishedAward]] = field(default_factory=lambda: defaultdict(list))
    changes: dict[str, list[PublishedChange]] = field(default_factory=lambda: defaultdict(list))
    times: list[float] = field(default_factory=list)
    events: set[tuple[str, str]] = field(default_factory=set)
    # A version came that is not the next one of its key: nothing later can mend that.
    broken: bool = False
    consumer: Consumer | None = None

    def __post_init__(self) -> None:
        self.codec = self.fleet.codec
        self.consumer = clients.consumer(self.fleet.target.cluster, "check-observed")
        counts = metadata.topics_seen_by(self.consumer)[1]
        self.consumer.assign(
            [TopicPartition(t, n, 0) for t in (AWARDS, topics.CHANGES) for n in range(counts[t])]
        )

    def read(self, seconds: float) -> int:
        """Take what has come; how many records."""
        messages = [m for m in self.consumer.consume(1000, seconds) if not m.error()]
        for message in messages:
            kind = PublishedAward if message.topic() == AWARDS else PublishedChange
            record = self.codec.decode(message.value(), kind)
            held = self.awards if kind is PublishedAward else self.changes
            held[record.key].append(record)
            self.broken |= record.version != len(held[record.key])
            if kind is PublishedAward:
                self.times.append(time.monotonic())
                self.events.add((record.key, record.grade))
        return len(messages)

    def close(self) -> None:
        self.consumer.close()

    def events_seen(self) -> int:
        """How many of the events have been published: the grades that keys have reached."""
        return len(self.events)

    def ended(self, check: DeliveryCheck, withdrawn: set[int]) -> bool:
        """Every event is out, and every key is judged by the lists as they are now."""
        if len(self.awards) < check.keys or self.events_seen() < check.events:
            return False
        changed = all(len(self.changes[key]) >= len(held) for key, held in self.awards.items())
        return changed and not list(self._stale(withdrawn))

    def violations(self, check: DeliveryCheck, withdrawn: set[int]) -> Iterator[str]:
        """Everything that breaks a promise."""
        if len(self.awards) != check.keys:
            yield f"{len(self.awards)} keys of {check.keys}"
        for key, versions in self.awards.items():
            numbers = [each.version for each in versions]
            if numbers != list(range(1, len(numbers) + 1)):
                yield f"{key}: versions {numbers}"
            grades = [each.grade for each in versions]
            if grades != sorted(grades, key=str):
                yield f"{key}: grades out of order {grades}"
            if set(grades) != {f"{n:04}" for n in range(1, check.rounds + 1)}:
                yield f"{key}: grades {sorted(set(grades), key=str)}"
            changes = [each.version for each in self.changes[key]]
            if changes != numbers:
                yield f"{key}: changes {changes} beside versions {numbers}"
        yield from self._stale(withdrawn)

    def _stale(self, withdrawn: set[int]) -> Iterator[str]:
        for key, versions in self.awards.items():
            title = versions[-1].definition.title["en"]
            body = int(title.rsplit(" ", 1)[-1])
            wanted = "not-covered" if body in withdrawn else "confirmed"
            if versions[-1].judgement.outcome != wanted:
                yield f"{key}: {versions[-1].judgement.outcome}, the list says {wanted}"


def longest_pauses(times: list[float], moments: list[float]) -> list[float]:
    """After each moment and before the next, the longest gap between two outputs, in seconds."""
    found = []
    for at, until in itertools.pairwise([*moments, float("inf")]):
        inside = [at, *(each for each in times if at <= each < until)]
        gaps = [b - a for a, b in itertools.pairwise(inside)]
        found.append(max(gaps, default=0.0))
    return found


def await_published(
    fleet: Fleet,
    check: DeliveryCheck = FEW,
    seconds: float = 180,
    withdrawn: frozenset[int] = frozenset(),
) -> Observed:
    """Wait until everything that was sent is published and right; what was seen."""
    observed = Observed(fleet)
    try:
        end = time.monotonic() + seconds
        while not observed.ended(check, set(withdrawn)) and time.monotonic() < end:
            fleet.restart_ended()
            observed.read(0.1)
        violations = list(observed.violations(check, set(withdrawn)))
        assert not violations, f"{len(violations)} violations, such as {violations[:3]}"
    finally:
        observed.close()
    return observed


def send(fleet: Fleet, provider: str, *values: bytes) -> None:
    """Submit as a provider does."""
    producer = clients.producer(fleet.target.cluster)
    for number, value in enumerate(values):
        header = [("ce_id", f"one-{number}".encode())]
        producer.produce(topics.submissions("provider", provider), value, headers=header)
    assert producer.flush(30) == 0


def receipts(fleet: Fleet, provider: str) -> list[Receipt]:
    """The receipts of a provider so far."""
    consumer = clients.consumer(fleet.target.cluster, "test-receipts")
    try:
        found = read_to_end(consumer, topics.receipts(provider), 15)
        return [fleet.codec.decode(value, Receipt) for _key, value in found]
    finally:
        consumer.close()
