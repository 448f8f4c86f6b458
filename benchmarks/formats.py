"""detect + parse + normalise without Kafka and databases, per second of CPU: files, rows and MB.

`python -m benchmarks.formats [FOLDER…]`; without folders the golden files of every format.
Read once is detect, parse and normalise; in an exchange ingest parses too, for the key, and
proves.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import openpyxl

from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming, ReadMessage
from credstream.contract.records import Provider
from credstream.contract.values import Organisation
from services.ingest.detect import detect
from services.ingest.examine import Examined, read_submission, rules_of
from services.ingest.parts import parse_parts
from services.normalise.examine import Submission, examine
from services.normalise.facts import Facts, LearnerKey, Persons
from services.normalise.learner import Identifiers
from services.normalise.step import normalise

GOLDEN = Path(__file__).parents[1] / "tests/golden"
AT = 1_795_000_000_000
SECONDS = 0.7
SECRET = bytes(32)
KEY = LearnerKey("pseudonym", "key", bytes(32))
Content = TypeVar("Content")
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
RULES = rules_of(PROVIDER)


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
    once: float
    exchange: float

    def line(self) -> str:
        size = len(self.case.value)
        megabytes = self.once * size / 1e6
        rows = f"{self.once * self.parts:>8,.0f}" if self.parts > 1 else f"{'':8}"
        return (
            f"{self.format:12} {self.case.name:44} {size:>9,} B {self.parts:>6} "
            f"{self.once:>8,.0f}/s {rows} {megabytes:>6.1f} MB/s {self.exchange:>8,.0f}/s"
        )


def main() -> int:
    """Print a line for each case that is read."""
    folders = [Path(each) for each in sys.argv[1:]] or [GOLDEN]
    sys.stdout.write(
        f"{'format':12} {'case':44} {'size':>11} {'parts':>6} {'read once':>10} {'rows/s':>8} "
        f"{'':11} {'exchange':>10}\n"
    )
    for case in (*cases(folders), *rosters()):
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


def rosters() -> Iterator[Case]:
    """One list of our own columns, made here, as CSV and as a workbook."""
    head = "credential_id;title;issued_on;learner_id;learning_outcomes;hours;eqf;isced_f;assessment"
    rows = (
        f"A-{n};Robotics basics;2026-05-01;TEST-{n};programs a robot|stops it;40;4;0714;portfolio"
        for n in range(ROSTER_ROWS)
    )
    lines = [head, *rows]
    yield Case(f"{ROSTER_ROWS} rows, made", "\n".join(lines).encode())
    book, packed = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for line in lines:
        sheet.append(line.split(";"))
    book.save(packed)
    yield Case(f"{ROSTER_ROWS} rows, made", packed.getvalue())


def measure(case: Case) -> Speed | None:
    """None for what is refused."""
    try:
        examined = read_submission(message(case.value), PROVIDER)
        in_exchange(case.value)
    except Rejected:
        return None
    return Speed(
        case,
        examined.received[0].format,
        len(examined.received),
        per_second(lambda: once(case.value, examined)),
        per_second(lambda: in_exchange(case.value)),
    )


def per_second(work: Callable[[], None]) -> float:
    count, began = 0, time.process_time()
    while (spent := time.process_time() - began) < SECONDS:
        work()
        count += 1
    return count / spent


def once(value: bytes, examined: Examined) -> None:
    """A submission detected, parsed and normalised, with what ingest would tell of it at hand."""
    read, _ = parse_parts(detect(value, RULES), RULES)
    for (_, parsed), received in zip(read, examined.received, strict=True):
        submission = Submission(received, parsed, Identifiers(("learner",)))
        normalise(read_message(submission), facts_for(submission))


def in_exchange(value: bytes) -> None:
    """A submission through ingest's and normalise's examination and step; raises Rejected."""
    for received in read_submission(message(value), PROVIDER).received:
        submission = examine(SECRET, read_message(received), None)
        normalise(read_message(submission), facts_for(submission))


def facts_for(submission: Submission) -> Facts:
    strongest = [(submission.received.provider, hmac) for hmac in submission.learner.hmacs[:1]]
    return Facts(persons=Persons(dict.fromkeys(strongest, KEY)))


def message(value: bytes) -> Incoming:
    topic = "submissions.provider.bench"
    return Incoming(topic=topic, partition=0, offset=0, key=None, value=value, at=AT)


def read_message(record: Content) -> ReadMessage[Content]:
    return ReadMessage(
        topic="received.v1", partition=0, offset=0, key=None, value=None, at=AT, record=record
    )


if __name__ == "__main__":
    sys.exit(main())
