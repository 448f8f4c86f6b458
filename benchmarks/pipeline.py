"""The four services on real Kafka, registry and PostgreSQL: each alone, then the way through all.

`python -m benchmarks.pipeline [--events N] [--seconds N]`; it starts servers of its own.
With `--memory N` it tells instead what each worker holds while so many events pass through all.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from credstream.contract import topics
from credstream.kafka import clients
from tests.support import databases, delivery_check, fleets
from tests.support.delivery_check import DeliveryCheck, Observed

TICKS = os.sysconf("SC_CLK_TCK")
RATES = (50, 200)
ROUNDS = TENTHS = 10


def main() -> None:
    asked = _arguments()
    os.environ[databases.REAL] = "1"
    console = Console(highlight=False)
    if asked.memory:
        with fleet() as own:
            rows = memory(own, DeliveryCheck(keys=asked.memory // ROUNDS, rounds=ROUNDS))
            console.print(_table("Resident MB of each worker, by events published", rows))
        return
    whole = DeliveryCheck(keys=asked.events // ROUNDS, rounds=ROUNDS)
    with fleet() as own:
        rows = alone(own, whole)
        console.print(_table(f"Each service alone, {whole.events} events", rows))
    with fleet() as own:
        console.print(_table("All four at once, one worker each", [together(own, whole)]))
    for rate in RATES:
        with fleet() as own:
            title = f"From submission to published, {rate} events/s for {asked.seconds} s"
            console.print(_table(title, [latency(own, rate, asked.seconds)]))


@contextmanager
def fleet() -> Iterator[fleets.Fleet]:
    with tempfile.TemporaryDirectory() as folder, fleets.started(Path(folder) / "fleet") as own:
        yield own


def alone(own: fleets.Fleet, whole: DeliveryCheck) -> list[dict[str, object]]:
    """One service after the other works off everything that the one before it wrote."""
    delivery_check.register_all(own, whole)
    delivery_check.send_all(own, whole)
    rows = []
    for name in topics.SERVICES:
        own.scale(name, 1)
        spent = _worked(own, f"{name}-0", whole.events)
        rows.append({"service": name, **spent})
        own.scale(name, 0)
    return rows


def together(own: fleets.Fleet, whole: DeliveryCheck) -> dict[str, object]:
    """Everything at once: events per second and core of the four processes together."""
    before, began = _all_at_work(own, whole), time.monotonic()
    while _handled(own, "publisher-0") < whole.events:
        time.sleep(0.5)
    seconds = time.monotonic() - began
    cpu = sum(_cpu(own, name) for name in own.workers) - before
    sealed = _sealed(own)
    return {
        "events/s": round(whole.events / seconds),
        "events/s per core of ours": round(whole.events / cpu),
        "CPU ms/1,000": round(1e6 * cpu / whole.events),
        "sealed": sealed,
        "worker MB, most": max(_memory(own, name) for name in own.workers),
    }


def memory(own: fleets.Fleet, whole: DeliveryCheck) -> list[dict[str, object]]:
    """What each worker holds at every tenth of the events."""
    _all_at_work(own, whole)
    rows: list[dict[str, object]] = []
    while len(rows) < TENTHS:
        time.sleep(2)
        if _handled(own, "publisher-0") >= whole.events * (len(rows) + 1) // TENTHS:
            held = {name.partition("-")[0]: _memory(own, name) for name in own.workers}
            rows.append({"events": _handled(own, "publisher-0"), **held})
    return rows


def _all_at_work(own: fleets.Fleet, whole: DeliveryCheck) -> float:
    """One worker of each service, and events for them; the CPU that starting has cost."""
    delivery_check.register_all(own, whole)
    own.scale_all(1)
    _ready(own)
    before = sum(_cpu(own, name) for name in own.workers)
    threading.Thread(target=delivery_check.send_all, args=(own, whole), daemon=True).start()
    return before


def latency(own: fleets.Fleet, rate: int, seconds: int) -> dict[str, object]:
    """A steady stream of new awards; each is timed from produce() to its reader."""
    steady = DeliveryCheck(keys=rate * seconds, rounds=1)
    delivery_check.register_all(own, steady)
    own.scale_all(1)
    _ready(own)
    sent: dict[str, float] = {}
    observed = Observed(own)
    sender = threading.Thread(target=_steadily, args=(own, steady, rate, sent), daemon=True)
    sender.start()
    seen: list[float] = []
    known: set[str] = set()
    until = time.monotonic() + seconds + 60
    while len(seen) < steady.events and time.monotonic() < until:
        observed.read(0.005)
        now = time.monotonic()
        for key in observed.awards.keys() - known:
            known.add(key)
            seen.append(now - sent[observed.awards[key][0].grade or ""])
    observed.close()
    seen = sorted(seen[rate:])  # the first second warms caches
    return {
        "events": len(seen),
        **{f"p{p:g} ms": round(1000 * _at(seen, p)) for p in (50, 99, 99.9)},
    }


def _steadily(own: fleets.Fleet, steady: DeliveryCheck, rate: int, sent: dict[str, float]) -> None:
    producer = clients.producer(own.target.cluster)
    began = time.monotonic()
    for number, (provider, name) in enumerate(steady.names()):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        sent[f"{number:04}"] = time.monotonic()
        producer.produce(topics.submissions("provider", provider), steady.event(name, number))
        producer.poll(0)
    producer.flush(10)


def _worked(own: fleets.Fleet, name: str, events: int) -> dict[str, object]:
    """Figures of a worker from its first batch to its last."""
    while not _handled(own, name):
        time.sleep(0.02)
    first, before, began = _handled(own, name), _cpu(own, name), time.monotonic()
    while _handled(own, name) < events:
        time.sleep(0.05)
    seconds, cpu = time.monotonic() - began, _cpu(own, name) - before
    done = events - first
    return {
        "events/s": round(done / seconds),
        "CPU ms/1,000": round(1e6 * cpu / done),
        "MB": _memory(own, name),
    }


def _handled(own: fleets.Fleet, name: str) -> int:
    return sum(
        line.get("messages", 0) for line in own.log(name) if line.get("event") == "batch completed"
    )


def _ready(own: fleets.Fleet) -> None:
    for name in own.workers:
        while not any(line.get("event") == "data path started" for line in own.log(name)):
            time.sleep(0.05)
    time.sleep(3)


def _cpu(own: fleets.Fleet, name: str) -> float:
    process = own.workers[name].process
    assert process is not None
    text = Path(f"/proc/{process.pid}/stat").read_text("utf-8").rsplit(")", 1)[-1].split()
    return (int(text[11]) + int(text[12])) / TICKS


def _memory(own: fleets.Fleet, name: str) -> int:
    process = own.workers[name].process
    assert process is not None
    text = Path(f"/proc/{process.pid}/status").read_text("utf-8")
    return int(text.partition("VmRSS:")[2].split()[0]) // 1024


def _sealed(own: fleets.Fleet) -> int:
    return len(list((own.folder / "europass").glob("*.jsonld")))


def _at(ordered: list[float], percent: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def _table(title: str, rows: list[dict[str, object]]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in rows[0]:
        table.add_column(name, justify="right" if name != "service" else "left")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--memory", type=int, help="of how many events, instead of all else")
    return parser.parse_args()


if __name__ == "__main__":
    main()
