"""A delivery check while workers are killed at random moments, and lists change meanwhile."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa

from credstream.storage.engine import open_engine, transaction
from services.normalise.tables import AWARDS
from services.publisher.tables import HEADS, VERSIONS
from tests.support import delivery_check
from tests.support.delivery_check import DeliveryCheck, Observed
from tests.support.fleets import Fleet

QUIET_SECONDS = 3.0
# Eight workers that start on a busy machine need longer than any pause between two outputs.
START_SECONDS = 120.0

# Damages something by chance, and names it.
Fault = Callable[[Fleet, random.Random], str]


@dataclass
class ChaosRun:
    """What was done, and what was seen."""

    kills: list[float] = field(default_factory=list)
    victims: list[str] = field(default_factory=list)
    withdrawn: set[int] = field(default_factory=set)
    versions: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)
    broken: bool = False
    heads: dict[str, int] = field(default_factory=dict)
    pauses: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, object]:
        ordered = sorted(self.pauses)
        return {
            "kills": len(self.kills),
            "versions": self.versions,
            "seconds": round(self.seconds, 1),
            "pause p50": round(ordered[len(ordered) // 2], 2) if ordered else None,
            "pause p95": round(p95(self.pauses), 2) if len(ordered) > 1 else None,
            "violations": len(self.violations),
        }


def run(
    fleet: Fleet,
    check: DeliveryCheck,
    *,
    kills: int,
    seed: int,
    workers: int = 2,
    give_up_seconds: float = 300.0,
    fault: Fault | None = None,
    stop_early: bool = False,
) -> ChaosRun:
    """Cause faults at even shares of the work, at a seeded random moment each; wait for the end.

    Without a `fault` a worker is killed. With `stop_early` the run ends at the first violation
    that nothing later can mend; it is given up when nothing was published for `give_up_seconds`.
    """
    chance, done = random.Random(seed), ChaosRun()
    delivery_check.register_all(fleet, check)
    fleet.scale_all(workers)
    threading.Thread(target=delivery_check.send_all, args=(fleet, check), daemon=True).start()
    # The first and the last parts of the work are left alone: there is nothing to interrupt.
    shares = [(n + 0.5 + chance.random() / 2) / (kills + 1) for n in range(kills)]
    began = progress = time.monotonic()
    with closing(Observed(fleet)) as observed:
        while time.monotonic() - progress < (give_up_seconds if observed.times else START_SECONDS):
            if _look(fleet, observed):
                progress = time.monotonic()
            if shares and observed.events_seen() / check.events >= shares[0]:
                shares.pop(0)
                _change_a_list(fleet, check, done, chance)
                done.kills.append(time.monotonic())
                cause = partial(fault or kill_a_worker, fleet, chance)
                done.victims.append(_watched(cause, fleet, observed))
            if not shares and observed.ended(check, done.withdrawn):
                _read_doubles(observed)
                break
            if stop_early and observed.broken:
                break
    done.seconds = time.monotonic() - began
    return _with_results(done, check, observed)


def _with_results(done: ChaosRun, check: DeliveryCheck, observed: Observed) -> ChaosRun:
    done.versions = sum(map(len, observed.awards.values()))
    done.heads = {key: held[-1].version for key, held in observed.awards.items()}
    done.broken = observed.broken
    done.violations = list(observed.violations(check, done.withdrawn))
    done.pauses = delivery_check.longest_pauses(observed.times, done.kills)
    return done


def kill_a_worker(fleet: Fleet, chance: random.Random) -> str:
    victim = chance.choice(sorted(fleet.workers))
    fleet.kill(victim)
    return victim


def _change_a_list(
    fleet: Fleet, check: DeliveryCheck, done: ChaosRun, chance: random.Random
) -> None:
    """A list changes, and in the middle of what follows from it comes the fault."""
    body = chance.randrange(check.bodies)
    done.withdrawn ^= {body}
    delivery_check.publish_accreditation(fleet, check, body, withdrawn=body in done.withdrawn)
    time.sleep(chance.random() * 0.3)


def _look(fleet: Fleet, observed: Observed) -> int:
    """Start again what has ended, and read what has come; how many records."""
    fleet.restart_ended()
    return observed.read(0.05)


def _watched(fault: Callable[[], str], fleet: Fleet, observed: Observed) -> str:
    """Read while it falls: an outage that nobody looks into would count as one long pause."""
    with ThreadPoolExecutor(1) as beside:
        falling = beside.submit(fault)
        while not falling.done():
            _look(fleet, observed)
        return falling.result()


def _read_doubles(observed: Observed) -> None:
    """Whatever still comes after the end would be a double."""
    until = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < until:
        observed.read(0.2)


def p95(pauses: list[float]) -> float:
    """The 95th percentile, between neighbours where it falls between them."""
    return statistics.quantiles(pauses, n=20, method="inclusive")[-1]


def published(seen: ChaosRun) -> dict[str, int]:
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
