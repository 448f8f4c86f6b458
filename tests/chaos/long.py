"""The long form of the kill tests: `make chaos`, or `python -m tests.chaos.long NAME…`.

One line of figures for each scenario; it exits 1 where anything was lost, doubled or out of order.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from deploy.kafka import brokers, postgres, processes, registry
from tests.support import chaos_run, databases, fleets, stacks
from tests.support.delivery_check import DeliveryCheck
from tests.support.fleets import Fleet

OUTAGE_SECONDS = 60


def workers(share: float) -> chaos_run.ChaosRun:
    """50 times kill -9 of any worker over 200,000 events."""
    return _run(DeliveryCheck(keys=int(20_000 * share), rounds=10), 50, chaos_run.kill_a_worker)


def nodes(share: float) -> chaos_run.ChaosRun:
    """Three brokers, 10 times kill -9 of one, over 40,000 events."""
    os.environ[stacks.NODES] = "3"
    return _run(DeliveryCheck(keys=int(4_000 * share), rounds=10), 10, _kill_a_node)


def database(share: float) -> chaos_run.ChaosRun:
    """PostgreSQL killed 10 times, and once away for 60 s, over 40,000 events."""
    left = [0.0] * 9 + [OUTAGE_SECONDS * share]
    return _run(
        DeliveryCheck(keys=int(4_000 * share), rounds=10),
        10,
        lambda _f, _c: _kill_postgres(left.pop()),
    )


def schemas(share: float) -> chaos_run.ChaosRun:
    """The schema registry away for 60 s, over 40,000 events, with a worker killed meanwhile."""
    return _run(
        DeliveryCheck(keys=int(4_000 * share), rounds=10),
        1,
        lambda f, c: _stop_registry(f, c, share),
    )


SCENARIOS = {each.__name__: each for each in (workers, nodes, database, schemas)}


def main() -> int:
    """0 where every promise was kept."""
    parser = argparse.ArgumentParser(prog="tests.chaos.long", description=__doc__)
    parser.add_argument("name", nargs="*", default=[], help=f"of {', '.join(SCENARIOS)}; all")
    parser.add_argument("--share", type=float, default=1.0, help="of the events, 0 to 1")
    asked = parser.parse_args()
    os.environ[databases.REAL] = "1"
    names = asked.name or list(SCENARIOS)
    if len(names) > 1:
        # A stack is one for a process, and its number of nodes with it.
        words = [sys.executable, "-m", "tests.chaos.long", "--share", str(asked.share)]
        return max(os.spawnv(os.P_WAIT, sys.executable, [*words, name]) for name in names)
    scenario = SCENARIOS[names[0]]
    seen = scenario(asked.share)
    sys.stdout.write(json.dumps({"what": scenario.__doc__, **seen.figures()}) + "\n")
    for violation in seen.violations[:20]:
        sys.stdout.write(f"  {violation}\n")
    return 1 if seen.violations else 0


def _run(check: DeliveryCheck, faults: int, fault: chaos_run.Fault) -> chaos_run.ChaosRun:
    with (
        tempfile.TemporaryDirectory() as folder,
        fleets.started(Path(folder) / "fleet") as fleet,
    ):
        seen = chaos_run.run(fleet, check, kills=faults, seed=20261127, fault=fault)
        if not seen.violations and chaos_run.stored(fleet) != chaos_run.published(seen):
            seen.violations.append("the database holds other versions than the topic")
        return seen


def _kill_a_node(_fleet: Fleet, chance: random.Random) -> str:
    layout = stacks.stack()
    node = chance.randint(1, layout.nodes)
    processes.stop(brokers.pid_file(layout, node), hard=True)
    time.sleep(1)
    brokers.start_node(layout, node)
    return f"kafka-{node}"


def _kill_postgres(seconds: float) -> str:
    layout = stacks.stack()
    postgres.stop(layout, hard=True)
    time.sleep(seconds)
    postgres.start(layout)
    return "postgresql"


def _stop_registry(fleet: Fleet, chance: random.Random, share: float) -> str:
    layout = stacks.stack()
    registry.stop(layout)
    victim = chaos_run.kill_a_worker(fleet, chance)
    time.sleep(OUTAGE_SECONDS * share)
    registry.start(layout)
    registry.await_ready(layout)
    return f"registry, {victim}"


if __name__ == "__main__":
    sys.exit(main())
