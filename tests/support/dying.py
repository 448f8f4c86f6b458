"""Lives of the real loop with a stage whose messages end the process; what was in hand is kept."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa

from credstream.kafka.dead_letters import PREFIX
from credstream.process import in_hand
from credstream.process.in_hand import Phase
from credstream.runtime.attempts import Attempts, count_deaths
from credstream.runtime.partitions import Partitions
from credstream.runtime.stage import Stage
from tests.support import stages
from tests.support.kafkas import Consumer, Kafka, Producer
from tests.support.simulation import CLUSTER, Everything

# A message ends the process in the phase that its value names.
DEADLY = (b"deadly reading", b"deadly examining", b"deadly stepping")
NO_HEADERS = b"no headers"
NAME = "toy-0"


class Death(BaseException):
    """SIGSEGV, or the kernel's end of memory: nothing catches it."""


@dataclass
class World:
    """A database, a folder and a Kafka that outlive the lives of one worker.

    `moments` are where lives end by no message's fault, the next one first.
    """

    kafka: Kafka
    engine: sa.Engine
    folder: Path
    moments: list[str] = field(default_factory=list)
    deaths: int = 0
    suspects: dict = field(default_factory=dict)

    def run(self, size: int) -> None:
        """One life after another until everything has ended."""
        for _ in range(200):
            if self.live(size):
                return
        raise AssertionError("the worker dies for ever")

    def live(self, size: int) -> bool:
        """One life; whether it ended because nothing was left to do."""
        count_deaths(self.engine, self.folder, NAME, "toy")
        mine = in_hand.opened(self.folder, NAME)
        loop = self._loop(mine, size)
        try:
            loop.run(self.kafka.drained)
        except Death:
            self.deaths += 1
            return False
        in_hand.forget_all()
        self.suspects = loop.stage.attempts.suspects
        return True

    def _loop(self, mine, size):
        consumer, producer = Consumer(self.kafka, lambda: (size, "")), Producer(self.kafka, _never)
        consumer = _with_bad_headers(consumer)
        service = replace(
            stages.TOY,
            read=_deadly(DEADLY[0], stages.TOY.read),
            examine=lambda message, known: _deadly(DEADLY[1], lambda m: m.record)(message),
            step=lambda message, facts: _deadly(DEADLY[2], lambda m: stages.step(m, facts))(
                message
            ),
            gather=self._gather,
            apply=self._apply,
        )
        stage = Stage(
            service, self.engine, stages.CODEC, CLUSTER, Everything(), attempts=Attempts(mine)
        )
        own = Partitions(consumer, self.engine, CLUSTER)
        return stages.loop_of((consumer, producer), stage, own, size, crash=self._die_at)

    def _gather(self, connection, batch):
        self._die_at("gather")
        return stages.gather(connection, batch)

    def _apply(self, connection, made):
        self._die_at("sql")
        stages.apply(connection, made)

    def _die_at(self, moment):
        if self.moments and self.moments[0] == moment:
            self.moments.pop(0)
            die()


def die() -> None:
    """Nothing runs after the death of a process, so the file stays as it is now."""
    in_hand.forget_all()
    raise Death


def leave(folder: Path, name: str, message, *, alone: bool) -> None:
    """What a real process leaves that dies with a message in hand."""
    fields = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
    program = (
        "import json, os, sys\nfrom pathlib import Path\nfrom types import SimpleNamespace\n"
        "from credstream.process import in_hand\n"
        "mine = in_hand.opened(Path(sys.argv[1]), sys.argv[2])\n"
        f"mine.alone = {alone}\n"
        "message = SimpleNamespace(**json.loads(sys.argv[3]))\n"
        f"mine.note(message, in_hand.Phase.{Phase.STEPPING.name})\n"
        "os._exit(1)\n"
    )
    words = [sys.executable, "-c", program, str(folder), name, json.dumps(fields)]
    assert subprocess.run(words, check=False).returncode == 1


def reasons(kafka: Kafka) -> dict[bytes, list[str]]:
    """The reasons of the dead letters, by key."""
    found: dict[bytes, list[str]] = {}
    for output in kafka.written:
        headers = dict(output.headers)
        if f"{PREFIX}reason" in headers:
            found.setdefault(output.key, []).append(headers[f"{PREFIX}reason"].decode())
    return found


def handled(kafka: Kafka, key: bytes) -> int:
    """How many outputs a key has."""
    return sum(output.topic == stages.OUT and output.key == key for output in kafka.written)


def _deadly(value, function):
    def call(message):
        if message.value == value:
            die()
        return function(message)

    return call


def _never(_call):
    return ""


def _with_bad_headers(consumer):
    """confluent-kafka's own failure for a header name that is not UTF-8."""
    consume = consumer.consume

    def refuse():
        raise SystemError("<method 'headers'> returned a result with an exception set")

    def with_bad_headers(size, seconds):
        messages = consume(size, seconds)
        for message in messages:
            if message.value() == NO_HEADERS:
                message.headers = refuse
        return messages

    consumer.consume = with_bad_headers
    return consumer
