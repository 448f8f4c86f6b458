"""A Kafka of lists with the clients' own methods, so that the real loop can crash and go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected
from credstream.contract.flow import Emit, Outcome
from credstream.contract.records import Again
from credstream.runtime import store
from credstream.runtime.journal import Output, Place
from credstream.runtime.loop import Hooks, Loop
from credstream.runtime.partitions import Partitions
from credstream.runtime.stage import Service, Stage
from credstream.runtime.store import engine, select_in, transaction, upsert
from tests.support import databases
from tests.support.exchanges import CLUSTER, Everything

INPUT, AGAIN, OUT = topics.NORMALISED, topics.again("accreditation"), topics.ACCREDITED
CODEC = Codec()
TABLES = sa.MetaData()
VERSIONS = sa.Table(
    "toy_versions",
    TABLES,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)
RUNTIME = (
    store.JOURNAL,
    store.EPOCH,
    store.BREAKER,
    store.REFERENCE,
    store.FAILURES,
    store.PROVIDERS,
)


class Crash(BaseException):
    """kill -9: nothing catches it."""


@dataclass(frozen=True)
class VersionRow:
    key: str
    version: int


def gather(connection, batch):
    keys = {message.record for message in batch}
    query = sa.select(VERSIONS)
    return {r.key: r.version for r in select_in(connection, query, VERSIONS.c.key, keys)}


def step(message, facts):
    """Bump the version of a key, and say which message did it."""
    if message.value == b"bad":
        raise Rejected("format.invalid", "a.b", "bad")
    if message.value == b"bug":
        raise ZeroDivisionError
    key, version = message.record, facts.get(message.record, 0) + 1
    told = Again(key=key, cause=str(version), detail=where(message), at=message.at)
    return Outcome((Emit(OUT, key, told),), (VersionRow(key, version),))


def where(message) -> str:
    return f"{message.topic}/{message.partition}/{message.offset}"


def apply(connection, rows):
    upsert(connection, VERSIONS, [{"key": r.key, "version": r.version} for r in rows])


TOY = Service(
    name="toy",
    inputs=(INPUT, AGAIN),
    read=lambda message: (message.key or b"").decode(),
    gather=gather,
    step=step,
    learn=lambda facts, rows: facts.update({row.key: row.version for row in rows}),
    apply=apply,
    sender=lambda _message: (None, ""),
)


def database(folder) -> sa.Engine:
    """A database with the runtime's tables and the toy's own."""
    made = engine(databases.url(folder, "toy"))
    with transaction(made) as connection:
        store.METADATA.create_all(connection, tables=RUNTIME)
        TABLES.create_all(connection)
        connection.execute(sa.insert(store.EPOCH), {"id": 1, "changes": 0})
    return made


@dataclass
class Message:
    """What consume() gives."""

    place: Place
    at: int
    named: bytes
    content: bytes

    def topic(self):
        return self.place[0]

    def partition(self):
        return self.place[1]

    def offset(self):
        return self.at

    def key(self):
        return self.named

    def value(self):
        return self.content

    def headers(self):
        return None

    def timestamp(self):
        return 1, 1_000 + self.at

    def error(self):
        return None


@dataclass
class Kafka:
    """Topics with gaps between offsets, committed offsets, and the committed outputs in order."""

    logs: dict[Place, list[Message]] = field(default_factory=dict)
    committed: dict[Place, int] = field(default_factory=dict)
    written: list[Output] = field(default_factory=list)

    def put(self, place: Place, key: bytes, value: bytes, gap: int = 0) -> None:
        log = self.logs.setdefault(place, [])
        log.append(Message(place, (log[-1].at + 1 if log else 0) + gap, key, value))

    def ahead(self, place: Place, position: int) -> list[Message]:
        return [each for each in self.logs[place] if each.at >= position]

    def drained(self) -> bool:
        return not any(self.ahead(place, self.committed.get(place, 0)) for place in self.logs)


@dataclass
class Consumer:
    """One member that owns everything; `events` says what each consume() meets."""

    kafka: Kafka
    events: Callable[[], tuple[int, str]]
    position_of: dict[Place, int] = field(default_factory=dict)
    paused: set[Place] = field(default_factory=set)
    turns: int = 0
    lost: bool = False

    def subscribe(self, _topics, on_assign, on_revoke, on_lost):
        assert on_revoke == on_lost
        self.assigned, self.revoked = on_assign, on_revoke

    def consume(self, size, _seconds):
        self.turns += 1
        assert self.turns < 1_000, "the loop turns without getting anywhere"
        many, event = self.events()
        self.lost = event == "lost seek"
        if not self.position_of:
            self._assign()
            return []
        messages = self._taken(min(size, many))
        if event == "rebalance":
            self.revoked(self, self.assignment())
            self._assign()
        return messages

    def _assign(self):
        self.position_of = {p: self.kafka.committed.get(p, 0) for p in self.kafka.logs}
        self.paused.clear()
        self.assigned(self, self.assignment())

    def _taken(self, many):
        """Round and round the partitions, as a fetch of several topics comes interleaved."""
        taken = []
        while len(taken) < many:
            before = len(taken)
            for place in sorted(set(self.position_of) - self.paused):
                for message in self.kafka.ahead(place, self.position_of[place])[:1]:
                    taken.append(message)
                    self.position_of[place] = message.at + 1
            if len(taken) == before:
                break
        return taken

    def assignment(self):
        return [TopicPartition(*place) for place in sorted(self.position_of)]

    def committed(self, places, timeout):
        del timeout
        return [
            TopicPartition(p.topic, p.partition, self.kafka.committed.get(_place(p), -1001))
            for p in places
        ]

    def seek(self, place):
        """librdkafka's own look for the beginning may end later, and have the last word."""
        self.position_of[_place(place)] = 0 if self.lost else place.offset

    def pause(self, places):
        self.paused |= set(map(_place, places))

    def resume(self, places):
        self.paused -= set(map(_place, places))

    def position(self, places):
        return [TopicPartition(p.topic, p.partition, self.position_of[_place(p)]) for p in places]

    def get_watermark_offsets(self, place, **_more):
        log = self.kafka.logs[_place(place)]
        return 0, log[-1].at + 1 if log else 0

    def consumer_group_metadata(self):
        return "group"

    def close(self):
        self.position_of = {}


@dataclass
class Producer:
    """Transactions all or nothing; `fails` is asked before each call that may fail."""

    kafka: Kafka
    fails: Callable[[str], str]
    outputs: list[Output] = field(default_factory=list)
    offsets: dict[Place, int] = field(default_factory=dict)
    late: bool = False

    def init_transactions(self, _timeout):
        self.begin_transaction()

    def begin_transaction(self):
        self.outputs, self.offsets = [], {}

    def produce(self, topic, value, key, headers):
        self.outputs.append(Output(topic, key, value, tuple(headers)))

    def poll(self, _seconds):
        return 0

    def send_offsets_to_transaction(self, offsets, group, _timeout):
        assert group == "group"
        if self.fails("send") == "abort":
            raise KafkaException(KafkaError(22, "ILLEGAL_GENERATION", txn_requires_abort=True))
        self.offsets = {_place(each): each.offset for each in offsets}

    def commit_transaction(self, _timeout):
        """A commit that timed out goes on in the background: the same call then ends well."""
        failure = "" if self.late else self.fails("commit")
        if failure == "abort":
            raise KafkaException(KafkaError(10, "MSG_SIZE_TOO_LARGE", txn_requires_abort=True))
        if failure == "late":
            self.late = True
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT, "timed out", retriable=True))
        self.late = False
        self.kafka.written += self.outputs
        self.kafka.committed |= self.offsets

    def abort_transaction(self, _timeout):
        self.begin_transaction()


class Blind(Partitions):
    """A worker that trusts the broker alone: what a loop without the journal would do."""

    __slots__ = ()

    def behind(self):
        self.rows |= dict.fromkeys(self.fresh)
        self.committed |= self._offsets(sorted(self.fresh))
        return {}


EVENTS = ("before", "between", "inside", "after", "rebalance", "abort send", "abort", "late", "lost seek")  # fmt: skip


def lives(kafka: Kafka, made: sa.Engine, script, *, journalled: bool = True) -> None:
    """Run the real loop through a script of (messages, event), with a new life after each crash.

    The event of an entry is what happens in that turn of the loop.
    """
    entries = list(script)
    now = [""]

    def events():
        many, now[0] = entries.pop(0) if entries else (50, "")
        return many, now[0]

    def crash(point):
        if now[0] == point:
            now[0] = ""
            raise Crash(point)

    def fails(call):
        wanted = {"abort send": ("send", "abort"), "abort": ("commit", "abort"), "late": ("commit", "late")}  # fmt: skip
        at, how = wanted.get(now[0], ("", ""))
        if at != call:
            return ""
        now[0] = ""
        return how

    for _life in range(len(entries) + 2):
        consumer, producer = Consumer(kafka, events), Producer(kafka, fails)
        stage = Stage(TOY, made, CODEC, CLUSTER, Everything(), journalled=journalled)
        own = (Partitions if journalled else Blind)(consumer, made, CLUSTER)
        loop = Loop(consumer, producer, stage, own, 50, 0.01, Hooks(crash=crash))
        try:
            loop.run(lambda: not entries and kafka.drained())
        except Crash:
            continue
        return


def _place(each) -> Place:
    return each.topic, each.partition
