"""An exam under fire: workers die at random moments while events and withdrawals pass."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa

from credstream.storage.engine import open_engine, transaction
from services.normalise.tables import AWARDS
from services.publisher.tables import HEADS, VERSIONS
from tests.support import exam as exams
from tests.support.exam import Answers, Exam
from tests.support.fleet import Fleet

QUIET_SECONDS = 3.0
# Eight workers that start on a busy machine need longer than any pause between two outputs.
START_SECONDS = 120.0

# Does harm to the fleet by chance, and names its victim.
Strike = Callable[[Fleet, random.Random], str]


@dataclass
class Ordeal:
    """What was done, and what was seen."""

    kills: list[float] = field(default_factory=list)
    victims: list[str] = field(default_factory=list)
    withdrawn: set[int] = field(default_factory=set)
    versions: int = 0
    seconds: float = 0.0
    wrongs: list[str] = field(default_factory=list)
    broken: bool = False
    heads: dict[str, int] = field(default_factory=dict)
    pauses: list[float] = field(default_factory=list)

    def told(self) -> dict[str, object]:
        ordered = sorted(self.pauses)
        return {
            "kills": len(self.kills),
            "versions": self.versions,
            "seconds": round(self.seconds, 1),
            "pause p50": round(ordered[len(ordered) // 2], 2) if ordered else None,
            "pause p95": round(p95(self.pauses), 2) if len(ordered) > 1 else None,
            "wrongs": len(self.wrongs),
        }


def run(
    fleet: Fleet,
    exam: Exam,
    *,
    kills: int,
    seed: int,
    workers: int = 2,
    patience: float = 300.0,
    strike: Strike | None = None,
    hasty: bool = False,
) -> Ordeal:
    """Strike at even shares of the work, at a seeded random moment each; then wait for the end.

    `strike` does its harm and names its victim; by itself it kills a worker. The `hasty` stop at
    the first wrong that nothing can mend.
    """
    chance, ordeal = random.Random(seed), Ordeal()
    exams.enrol(fleet, exam)
    fleet.staff(workers)
    answers = Answers(fleet)
    feeder = threading.Thread(target=exams.feed, args=(fleet, exam), daemon=True)
    feeder.start()
    # The first and the last parts of the work are left alone: there is nothing to interrupt.
    shares = [(n + 0.5 + chance.random() / 2) / (kills + 1) for n in range(kills)]
    began = progress = time.monotonic()
    try:
        while True:
            if _look(fleet, answers):
                progress = time.monotonic()
            done = answers.events_seen() / exam.events
            if shares and done >= shares[0]:
                shares.pop(0)
                _change_a_list(fleet, exam, ordeal, chance)
                ordeal.kills.append(time.monotonic())
                blow = partial(strike or kill_a_worker, fleet, chance)
                ordeal.victims.append(_watched(blow, fleet, answers))
            if not shares and answers.ended(exam, ordeal.withdrawn):
                _rest(answers)
                break
            if hasty and answers.broken:
                break
            if time.monotonic() - progress > (patience if answers.times else START_SECONDS):
                break
    finally:
        answers.close()
    ordeal.seconds = time.monotonic() - began
    ordeal.versions = sum(map(len, answers.awards.values()))
    ordeal.heads = {key: held[-1].version for key, held in answers.awards.items()}
    ordeal.broken = answers.broken
    ordeal.wrongs = list(answers.wrongs(exam, ordeal.withdrawn))
    ordeal.pauses = exams.longest_pauses(answers.times, ordeal.kills)
    return ordeal


def kill_a_worker(fleet: Fleet, chance: random.Random) -> str:
    victim = chance.choice(sorted(fleet.workers))
    fleet.kill(victim)
    return victim


def _change_a_list(fleet: Fleet, exam: Exam, ordeal: Ordeal, chance: random.Random) -> None:
    """A list changes, and in the middle of what follows from it comes the blow."""
    body = chance.randrange(exam.bodies)
    ordeal.withdrawn ^= {body}
    exams.judge(fleet, exam, body, withdrawn=body in ordeal.withdrawn)
    time.sleep(chance.random() * 0.3)


def _look(fleet: Fleet, answers: Answers) -> int:
    """Start again what has ended, and read what has come; how many records."""
    fleet.mend()
    return answers.read(0.05)


def _watched(blow: Callable[[], str], fleet: Fleet, answers: Answers) -> str:
    """Read while it falls: an outage that nobody looks into would count as one long pause."""
    with ThreadPoolExecutor(1) as beside:
        falling = beside.submit(blow)
        while not falling.done():
            _look(fleet, answers)
        return falling.result()


def _rest(answers: Answers) -> None:
    """Whatever still comes after the end would be a double."""
    until = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < until:
        answers.read(0.2)


def p95(pauses: list[float]) -> float:
    """The 95th percentile, between neighbours where it falls between them."""
    return statistics.quantiles(pauses, n=20, method="inclusive")[-1]


def published(seen: Ordeal) -> dict[str, int]:
    """The last version of each key on the topic."""
    return seen.heads


def stored(fleet: Fleet) -> dict[str, int]:
    """The last version of each award in the publisher's database; every one has all before it."""
    query = sa.select(VERSIONS.c.key, VERSIONS.c.version).order_by(*VERSIONS.primary_key)
    held: dict[str, list[int]] = {}
    with transaction(open_engine(fleet.urls["publisher"])) as connection:
        for key, version in connection.execute(query):
            held.setdefault(key, []).append(version)
        rows = connection.execute(sa.select(HEADS.c.key, HEADS.c.version))
        heads = {row.key: row.version for row in rows}
    for key, versions in held.items():
        assert versions == list(range(1, heads[key] + 1)), key
    awards = _awards(fleet)
    return {key: heads[key] for key in held if key in awards}


def _awards(fleet: Fleet) -> set[str]:
    query = sa.select(AWARDS.c.key)
    with transaction(open_engine(fleet.urls["normalise"])) as connection:
        return set(connection.execute(query).scalars())
