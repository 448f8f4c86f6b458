"""The runtime against others on one broker: `python -m benchmarks.runtime`, one table of one run.

Every contestant is a process of its own that does the same job; the rounds are interleaved, each
ratio is taken within a round, and medians are shown.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from benchmarks import table
from benchmarks.peers import job
from deploy.kafka import brokers, postgres, processes, stack
from deploy.kafka.layout import Layout, StackError

ROOT = Path(__file__).parents[1]
PARTITIONS = 4
SECONDS = 600


@dataclass(frozen=True, slots=True)
class Contestant:
    """A module of benchmarks.peers; `foreign` ones run in the environment of the peers."""

    name: str
    module: str
    foreign: bool = False
    database: str = ""


CONTESTANTS = (
    Contestant(table.BARE, "bare"),
    Contestant(table.PLAIN, "plain"),
    Contestant(table.OURS, "ours", database="sqlite"),
    Contestant("the runtime, journal in PostgreSQL", "ours", database="postgresql"),
    Contestant("Faust agent", "faust_agent"),
    Contestant("FastStream", "faststream_batch", foreign=True),
    Contestant("Quix Streams, exactly once", "quix", foreign=True),
)


@dataclass(frozen=True, slots=True)
class World:
    """The broker, its process where it is known, the stack where it is ours, and a folder."""

    address: str
    broker: int | None
    layout: Layout | None
    folder: Path

    def admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.address, "log_level": 2})


def main() -> None:
    given = asked()
    with world_of(given) as world:
        source = f"bench-in-{os.getpid()}"
        make_topic(world, source)
        fill(world, source, given.events)
        taking_part = [each for each in CONTESTANTS if can(each, world, given.only)]
        rounds = []
        for number in range(given.rounds):
            turn = number % len(taking_part)
            order = taking_part[turn:] + taking_part[:turn]
            rounds.append({c.name: run(c, world, source, given) for c in order})
        drop_topic(world, source)
    table.show([each.name for each in taking_part], rounds, given.events)


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.runtime", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[], help="modules of benchmarks.peers")
    parser.add_argument("--bootstrap-servers", help="a broker to use; else one is started")
    parser.add_argument("--broker-process", type=int, help="its number, where it runs here")
    parser.add_argument("--port", type=int, default=27000, help="of the started stack, the first")
    parser.add_argument("--peers", type=Path, default=ROOT / ".venv-peers", help="environment")
    given = parser.parse_args()
    if not (given.peers / "bin" / "python").exists():
        raise SystemExit(f"{given.peers} is missing: a venv with requirements/peers.txt")
    return given


def can(contestant: Contestant, world: World, only: list[str]) -> bool:
    """Whether somebody is asked for and has the database it needs."""
    known = world.layout is not None or contestant.database != "postgresql"
    return known and (not only or contestant.module in only)


@contextmanager
def world_of(given: argparse.Namespace) -> Iterator[World]:
    """A broker; one that was started here is gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.bootstrap_servers:
            yield World(given.bootstrap_servers, given.broker_process, None, folder)
            return
        os.environ.setdefault("CREDSTREAM_STACK_PARTS", str(ROOT / ".kafka" / "parts"))
        layout = Layout(folder / "stack", given.port)
        try:
            stack.up(layout, with_registry=False)
            broker = processes.running(brokers.pid_file(layout, 1))
            yield World(layout.bootstrap(), broker, layout, folder)
        except StackError as error:
            raise SystemExit(str(error)) from error
        finally:
            stack.down(layout, wipe=True)


def make_topic(world: World, name: str) -> None:
    admin = world.admin()
    for made in admin.create_topics([NewTopic(name, PARTITIONS, 1)]).values():
        made.result()


def drop_topic(world: World, name: str) -> None:
    admin = world.admin()
    for made in admin.delete_topics([name]).values():
        made.result()


def fill(world: World, topic: str, events: int) -> None:
    """The inputs, written once for all."""
    settings = {"partitioner": "murmur2_random", "linger.ms": 5, "batch.size": 262144}
    producer = Producer({"bootstrap.servers": world.address, **settings})
    for number in range(events):
        key, value = job.event(number)
        producer.produce(topic, value, key)
        if number % 10_000 == 0:
            producer.flush()
    if producer.flush(60):
        raise SystemExit("the broker does not take the inputs")


def run(contestant: Contestant, world: World, source: str, given: argparse.Namespace) -> dict:
    """What a contestant measured of itself, once its outputs were found to be there."""
    target = f"bench-out-{os.getpid()}-{contestant.module}-{os.urandom(4).hex()}"
    make_topic(world, target)
    python = given.peers / "bin" / "python" if contestant.foreign else sys.executable
    words = ["--bootstrap-servers", world.address, "--source", source, "--target", target]
    words += ["--group", target, "--events", str(given.events)]
    words += ["--broker", str(world.broker)] if world.broker else []
    words += ["--database", database(contestant, world, target)] if contestant.database else []
    command = [python, "-W", "ignore", "-m", f"benchmarks.peers.{contestant.module}", *words]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    if done.returncode:
        raise SystemExit(f"{contestant.module} failed:\n{done.stderr[-2000:]}")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    if contestant.name != table.BARE and written(world, target) < found["events"]:
        raise SystemExit(f"{contestant.module} did not write all that it read")
    drop_topic(world, target)
    sys.stderr.write(f"{contestant.name}: {found['events'] / found['wall']:,.0f} events/s\n")
    return found


def database(contestant: Contestant, world: World, name: str) -> str:
    """The address of a new database."""
    if contestant.database == "sqlite" or world.layout is None:
        return f"sqlite:///{world.folder / name}.db"
    postgres.create(world.layout, name)
    return world.layout.addresses()["database"] + name


def written(world: World, topic: str) -> int:
    """How long a topic is, markers of transactions included."""
    reader = Consumer({"bootstrap.servers": world.address, "group.id": "bench-length"})
    ends = [reader.get_watermark_offsets(TopicPartition(topic, n)) for n in range(PARTITIONS)]
    reader.close()
    return sum(high - low for low, high in ends)


if __name__ == "__main__":
    main()
