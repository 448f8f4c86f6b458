"""One provider sends whatever hurts while others send good events; what the others notice of it."""

from __future__ import annotations

import itertools
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from credstream.contract import identity, topics
from credstream.contract.records import Receipt
from credstream.kafka import clients
from credstream.kafka.topic_reader import ends, read_partition
from tests.fuzz.mutating import mutated
from tests.support import commands, delivery_check, growing, hostile, raw_headers
from tests.support.delivery_check import DeliveryCheck, Observed
from tests.support.fleets import Fleet

ENEMY = "enemy"
LARGEST, AT_LEAST = 1_000_000, 50
# Messages with a header whose name no client can read: these have no submission that we know.
RAW_HEADERS = 10
QUIET_SECONDS, GIVE_UP_SECONDS = 3.0, 240.0


@dataclass
class Attack:
    """What was sent, and what was seen; latencies are from the sending to a register's reading."""

    rate: float
    seconds: float
    bad: list[str] = field(default_factory=list)
    seconds_of: dict[bool, list[float]] = field(default_factory=lambda: {False: [], True: []})
    peaks: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    deaths: int = 0

    def figures(self) -> dict[str, object]:
        p99 = {under: _p99(seconds) for under, seconds in self.seconds_of.items()}
        return {
            "good events": sum(map(len, self.seconds_of.values())),
            "bad messages": len(self.bad),
            "p99 before, ms": round(p99[False] * 1000),
            "p99 under attack, ms": round(p99[True] * 1000),
            "largest worker, MiB": max(self.peaks.values(), default=0),
            "deaths": self.deaths,
            "violations": len(self.violations),
        }


def run(fleet: Fleet, *, rate: float, seconds: float, seed: int) -> Attack:
    """Good events at a rate for twice the seconds, the second half under attack.

    The first quarter, in which the workers meet their first messages, is in no latency.
    """
    done, chance = Attack(rate, seconds), random.Random(seed)
    rounds = 4
    check = DeliveryCheck(keys=max(4, int(2 * rate * seconds / rounds)), rounds=rounds)
    delivery_check.register_all(fleet, check)
    # What is published of its files goes to another topic than the good events.
    delivery_check.register(fleet, ENEMY, country="DK")
    fleet.scale_all(1)
    for name in topics.SERVICES:
        fleet.logged(f"{name}-0", "data path started")
    sent: dict[tuple[str, str], tuple[float, bool | None]] = {}
    values = families(chance)
    good = threading.Thread(target=_send_good, args=(fleet, check, done, sent), daemon=True)
    bad = threading.Thread(target=_send_bad, args=(fleet, done, chance, values, good), daemon=True)
    good.start()
    bad.start()
    with closing(Observed(fleet)) as observed:

        def ended() -> bool:
            over = not bad.is_alive() and observed.ended(check, set())
            return over and not list(_unanswered(fleet, done))

        _watch(fleet, done, observed, sent, ended)
        done.violations = [*observed.violations(check, set()), *_unanswered(fleet, done)]
    done.deaths = len(fleet.deaths)
    return done


def families(chance: random.Random) -> Iterator[bytes]:
    """Hostile, growing and changed files of every format, and noise, at random, without an end.

    The hostile files are made before the first is asked for, which takes seconds.
    """
    files = [make() if callable(make) else make for _name, make, _codes in hostile.files()]
    grown = list(growing.families().values())
    seeds = [
        path.read_bytes() for path in sorted((commands.ROOT / "tests/golden").glob("*/*/input*"))
    ]

    def touch(value: bytes) -> bytes:
        half = len(value) // 2
        return value[:half] + bytes([chance.randrange(256)]) + value[half:]

    def one() -> bytes:
        kind = chance.random()
        if kind < 0.2:
            return chance.choice(files)[:LARGEST]
        if kind < 0.5:
            return chance.choice(grown)(2 ** chance.randrange(8, 19))[:LARGEST]
        if kind < 0.9:
            return mutated(chance.choice(seeds), chance, touch)[:LARGEST]
        return chance.randbytes(chance.randrange(1, 50_000))

    return iter(one, None)


def _send_good(fleet: Fleet, check: DeliveryCheck, done: Attack, sent: dict) -> None:
    producer, began = clients.producer(fleet.target.cluster), time.monotonic()
    events = itertools.product(range(1, check.rounds + 1), check.names())
    for count, (number, (provider, name)) in enumerate(events):
        time.sleep(max(0.0, began + count / done.rate - time.monotonic()))
        now = time.monotonic()
        key = identity.key("DE", provider, name)
        # While workers start, events wait for them: that says nothing of either half.
        calm, attacked = now - began > done.seconds / 2, now - began > done.seconds
        sent[key, f"{number:04}"] = now, attacked if calm else None
        header = [("ce_id", f"{name}-{number:04}".encode())]
        producer.produce(topics.submissions("provider", provider), check.event(name, number), headers=header)  # fmt: skip
        producer.poll(0)
    assert producer.flush(60) == 0


def _send_bad(
    fleet: Fleet,
    done: Attack,
    chance: random.Random,
    values: Iterator[bytes],
    good: threading.Thread,
) -> None:
    producer, topic = clients.producer(fleet.target.cluster), topics.submissions("provider", ENEMY)
    time.sleep(done.seconds)
    pause = done.seconds / RAW_HEADERS
    words = (fleet.target.cluster.address, topic, RAW_HEADERS, pause)
    raw = threading.Thread(target=raw_headers.send, args=words, daemon=True)
    raw.start()
    # At least some, also on a machine that is too busy to send any in the time.
    for number, value in enumerate(values):
        if number >= AT_LEAST and not good.is_alive():
            break
        name = f"bad-{number:06}"
        header = [("ce_id", name.encode()), *_strange_headers(chance)]
        producer.produce(topic, value, headers=header)
        producer.flush(10)
        done.bad.append(name)
        time.sleep(chance.random() * 0.1)
    raw.join()


def _strange_headers(chance: random.Random) -> list[tuple[str, bytes]]:
    return [("ü" * 200, chance.randbytes(500))] if chance.random() < 0.2 else []


def _watch(
    fleet: Fleet, done: Attack, observed: Observed, sent: dict, ended: Callable[[], bool]
) -> None:
    """Read until all has ended, and for a while after that: what comes then would be a double."""
    progress, looked = time.monotonic(), 0.0
    while time.monotonic() - progress < GIVE_UP_SECONDS:
        fleet.restart_ended()
        before = set(observed.events)
        if observed.read(0.05):
            progress = time.monotonic()
            for event in observed.events - before:
                moment, under = sent[event]
                if under is not None:
                    done.seconds_of[under].append(progress - moment)
        if time.monotonic() - looked > 1:
            looked = time.monotonic()
            _note_memory(fleet, done)
            if ended():
                break
    until = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < until:
        observed.read(0.2)


def _note_memory(fleet: Fleet, done: Attack) -> None:
    for name, worker in fleet.workers.items():
        try:
            status = Path(f"/proc/{worker.process.pid}/status").read_text("ascii")
        except OSError:
            continue
        if peak := re.search(r"VmHWM:\s+(\d+) kB", status):
            done.peaks[name] = max(done.peaks.get(name, 0), int(peak[1]) // 1024)


def _unanswered(fleet: Fleet, done: Attack) -> Iterator[str]:
    """Bad messages without a receipt; of those that cannot be read only how many."""
    client, topic = clients.consumer(fleet.target.cluster, "attack"), topics.receipts(ENEMY)
    try:
        messages = [m for found, _ in read_partition(client, topic, 0, *ends(client, topic, 0)) for m in found]  # fmt: skip
    finally:
        client.close()
    answered = {fleet.codec.decode(m.value(), Receipt).submission for m in messages}
    yield from (f"{name}: no receipt" for name in set(done.bad) - answered)
    if missing := RAW_HEADERS - len(answered - set(done.bad)):
        yield f"{missing} messages with raw headers: no receipt, or more than one"


def _p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)] if seconds else 0.0
