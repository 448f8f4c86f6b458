"""What a contestant is told, and what it measures of itself: from its first event to its last."""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from dataclasses import dataclass, field
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Meter:
    """`begin` at the first event, `add` what is done for good; `full` when that is all."""

    events: int
    broker: int | None = None
    done: int = 0
    began: tuple[float, float, float] | None = None
    ended: tuple[float, float, float] = field(default=(0.0, 0.0, 0.0))

    def begin(self) -> None:
        """Start to measure; only the first call counts."""
        if self.began is None:
            self.began = self._now()

    def add(self, count: int) -> None:
        self.done += count
        if self.full():
            self.ended = self._now()

    def full(self) -> bool:
        return self.done >= self.events

    def report(self) -> None:
        """One line of JSON, the last of the process's output."""
        began = self.began or self.ended
        wall, cpu, broker = (end - start for end, start in zip(self.ended, began, strict=True))
        told = {"events": self.done, "wall": wall, "cpu": cpu, "broker": broker, "rss": _rss()}
        print(f"\n{json.dumps(told)}", flush=True)

    def _now(self) -> tuple[float, float, float]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        broker = seconds_of(self.broker) if self.broker else 0.0
        return time.monotonic(), used.ru_utime + used.ru_stime, broker


def seconds_of(process: int) -> float:
    """CPU seconds that a process has used so far."""
    words = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICK


def _rss() -> float:
    """The most memory that the process ever had, MB; getrusage would tell its parent's."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def asked() -> argparse.Namespace:
    """Where to read and write, and how much."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap-servers", required=True)
    parser.add_argument("--source", required=True, help="topic of the inputs")
    parser.add_argument("--target", required=True, help="topic of the outputs")
    parser.add_argument("--group", required=True, help="consumer group, new for each run")
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--broker", type=int, help="process of the broker")
    parser.add_argument("--database", help="SQLAlchemy URL of an empty database")
    return parser.parse_args()


def meter_of(given: argparse.Namespace) -> Meter:
    return Meter(given.events, given.broker)
