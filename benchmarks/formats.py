"""detect + parse + normalise without Kafka and databases, per second of CPU: files, rows and MB.

`python -m benchmarks.formats [FOLDER…]`; without folders the golden files of every format.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from credstream.contract.errors import Rejected
from credstream.contract.flow import Incoming
from credstream.contract.parts import Organisation
from credstream.contract.records import Provider
from services.ingest.examine import Examined, examine
from services.normalise.step import Facts, LearnerKey, normalise

GOLDEN = Path(__file__).parents[1] / "tests/golden"
AT = 1_795_000_000_000
SECONDS = 0.7
KEY = LearnerKey("pseudonym", "key", bytes(32))
ROSTER_ROWS = 2_000
PROVIDER = Provider(
    id="bench",
    kind="provider",
    name="Bench",
    country="DE",
    status="active",
    hours_per_day=8.0,
    awarding_bodies=(Organisation(name={"en": "Bench"}, country="DE"),),
)


@dataclass(frozen=True, slots=True)
class Case:
    """Something to read again and again; `rows` are the credentials in it."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a case is read, and what it becomes."""

    case: Case
    format: str
    parts: int
    per_second: float

    def line(self) -> str:
        size = len(self.case.value)
        megabytes = self.per_second * size / 1e6
        rows = f"{self.per_second * self.parts:>10,.0f}" if self.parts > 1 else f"{'':10}"
        return (
            f"{self.format:12} {self.case.name:44} {size:>9,} B {self.parts:>6} "
            f"{self.per_second:>9,.0f}/s {rows} {megabytes:>8.1f} MB/s"
        )


def main() -> int:
    """Print a line for each case that is read."""
    folders = [Path(each) for each in sys.argv[1:]] or [GOLDEN]
    sys.stdout.write(
        f"{'format':12} {'case':44} {'size':>11} {'parts':>6} {'files':>11} {'rows/s':>10}\n"
    )
    for case in (*cases(folders), roster()):
        speed = measure(case)
        if speed is not None:
            sys.stdout.write(speed.line() + "\n")
            sys.stdout.flush()
    return 0


def cases(folders: list[Path]) -> Iterator[Case]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            golden = path.stem == "input" or folder != GOLDEN
            if path.is_file() and golden and path.stat().st_size < 1024 * 1024:
                yield Case(path.relative_to(folder).as_posix()[-44:], path.read_bytes())


def roster() -> Case:
    """A list of our own columns, made here."""
    head = "credential_id;title;issued_on;learner_id;learning_outcomes;hours;eqf;isced_f;assessment"
    rows = (
        f"A-{n};Robotics basics;2026-05-01;TEST-{n};programs a robot|stops it;40;4;0714;portfolio"
        for n in range(ROSTER_ROWS)
    )
    return Case(f"{ROSTER_ROWS} rows, made", "\n".join((head, *rows)).encode())


def measure(case: Case) -> Speed | None:
    """None for what is refused."""
    read = once(case.value)
    if read is None:
        return None
    count, began = 0, time.process_time()
    while (spent := time.process_time() - began) < SECONDS:
        once(case.value)
        count += 1
    return Speed(case, read.received[0].format, len(read.received), count / spent)


def once(value: bytes) -> Examined | None:
    """A submission through ingest's examination and normalise's step."""
    try:
        examined = examine(message(value), PROVIDER)
        for number, each in enumerate(examined.received):
            place = ("received.v1", 0, number)
            facts = Facts(learners={place: KEY})
            normalise(message(None, number, each), facts)
    except Rejected:
        return None
    return examined


def message(value: bytes | None, offset: int = 0, record: object = None) -> Incoming:
    topic = "received.v1" if record else "submissions.provider.bench"
    return Incoming(
        topic=topic, partition=0, offset=offset, key=None, value=value, at=AT, record=record
    )


if __name__ == "__main__":
    sys.exit(main())
