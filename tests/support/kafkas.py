"""A Kafka of lists with the clients' own methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from confluent_kafka import OFFSET_END, KafkaError, KafkaException, TopicPartition

from credstream.contract.messages import Partition
from credstream.storage.journal import Output


@dataclass
class Message:
    """What consume() gives."""

    place: Partition
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

    logs: dict[Partition, list[Message]] = field(default_factory=dict)
    committed: dict[Partition, int] = field(default_factory=dict)
    written: list[Output] = field(default_factory=list)

    def put(self, place: Partition, key: bytes, value: bytes, gap: int = 0) -> None:
        log = self.logs.setdefault(place, [])
        log.append(Message(place, (log[-1].at + 1 if log else 0) + gap, key, value))

    def ahead(self, place: Partition, position: int) -> list[Message]:
        return [each for each in self.logs[place] if each.at >= position]

    def drained(self) -> bool:
        return not any(self.ahead(place, self.committed.get(place, 0)) for place in self.logs)


@dataclass
class Consumer:
    """One member that owns everything; `events` says what each consume() meets."""

    kafka: Kafka
    events: Callable[[], tuple[int, str]]
    position_of: dict[Partition, int] = field(default_factory=dict)
    paused: set[Partition] = field(default_factory=set)
    joined: bool = False
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
        if not self.joined:
            self._join()
            return []
        messages = self._taken(min(size, many))
        if event == "rebalance":
            self.revoked(self, self._everything())
            self._join()
        return messages

    def _join(self):
        """As the group has it: the client reads nothing before it is told from where."""
        self.joined = True
        self.position_of = {}
        self.paused.clear()
        self.assigned(self, self._everything())

    def _everything(self):
        return [TopicPartition(*place) for place in sorted(self.kafka.logs)]

    def assign(self, places):
        self.position_of = {_place(each): each.offset for each in places}

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

    def offsets_for_times(self, places, timeout):
        del timeout
        ends = {_place(each): self.get_watermark_offsets(each) for each in places}
        return [
            TopicPartition(p.topic, p.partition, ends[_place(p)][p.offset == OFFSET_END])
            for p in places
        ]

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
    offsets: dict[Partition, int] = field(default_factory=dict)
    late: bool = False

    def init_transactions(self, _timeout):
        self.begin_transaction()

    def begin_transaction(self):
        self.outputs, self.offsets = [], {}

    def produce(self, topic, value, key, headers, on_delivery=None):
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


def _place(each) -> Partition:
    return each.topic, each.partition
