"""How records, judgements and reasons look on a terminal."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from credstream.contract.reasons.table import REASONS
from credstream.contract.records import Normalised
from credstream.contract.values import Judgement, Reason
from credstream.interfaces.cli.descriptor_lines import EVERY, lines
from credstream.interfaces.cli.labels import short
from credstream.interfaces.cli.terminal import grid
from services.normalise.completeness import MANDATORY

MOST_PLACES = 2
# The colour of a judgement's outcome, and mark and colour of a check's result.
OUTCOMES: Mapping[str, str] = {
    "confirmed": "green",
    "recognised": "green",
    "industry": "cyan",
    "self-declared": "yellow",
    "not-covered": "red",
    "unknown": "yellow",
}
MARKS: Mapping[str, tuple[str, str]] = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "missing": ("?", "yellow"),
}


def descriptor_table(
    record: Normalised, learner: Mapping[str, Any] | None, only: Container[str] = EVERY
) -> Table:
    """The descriptors of a record with their origins; a mandatory one is named when absent."""
    table = grid(0, 5, 4)
    for line in lines(record, learner, tuple(MANDATORY)):
        if line.name in only:
            name = Text(line.name, "bold" if line.mandatory else "")
            value = Text("\n".join(line.values)) if line.values else _absence(record, line.name)
            table.add_row(name, value, Text(_first_origin(line.origins), "dim"))
    return table


def completeness(record: Normalised) -> str:
    """How many descriptors a record has, in one sentence."""
    counted = record.account.completeness
    mandatory = f"{counted.mandatory} of {counted.mandatory_of} mandatory descriptors"
    optional = f"{counted.optional} of {counted.optional_of} optional"
    absent = f"; absent: {', '.join(counted.absent)}" if counted.absent else ""
    return f"{mandatory}, {optional}{absent}"


def check_table(judgement: Judgement) -> Table:
    """Each check of a judgement; limits that an accreditation does not have share one line."""
    table = grid(0, 1, 5)
    unlimited = [check.step for check in judgement.checks if check.result == "not-limited"]
    for check in judgement.checks:
        if check.result != "not-limited":
            mark, style = MARKS.get(check.result, ("·", ""))
            table.add_row(Text(mark, style), Text(check.step), Text(short(check.detail), "dim"))
    if unlimited:
        limits = Text(f"by {', '.join(unlimited)}", "dim")
        table.add_row(Text("·", "dim"), Text("no limit"), limits)
    return table


def grounds(judgement: Judgement) -> str:
    """Why a judgement came out as it did, and by which entry of which list."""
    text = REASONS.get(judgement.reason)
    meaning = text.meaning if text else judgement.reason
    body = short(judgement.body) if judgement.body else ""
    entry = ", ".join(part for part in (body, judgement.accreditation) if part)
    return f"{meaning} ({entry})" if entry else meaning


def reason_table(reasons: Iterable[Reason], style: str) -> Table:
    """Reasons with their meaning and what would fix them, once for each code."""
    table = grid(1, 4)
    by_code: dict[str, list[Reason]] = {}
    for reason in reasons:
        by_code.setdefault(reason.code, []).append(reason)
    for code, alike in by_code.items():
        table.add_row(Text(code, style), _explained(code, alike))
    return table


def _absence(record: Normalised, name: str) -> Text:
    """A level is asked for only where the record has a warning that it lacks."""
    asked = any(warning.path == name for warning in record.account.warnings)
    return Text("none", "dim") if name == "level" and not asked else Text("absent", "yellow")


def _first_origin(origins: Sequence[str]) -> str:
    more = len(origins) - 1
    return f"{origins[0]}, and {more} more" if more > 0 else "".join(origins)


def _explained(code: str, reasons: Sequence[Reason]) -> Text:
    """What a code means, what to do, and the first places where it was seen."""
    known = REASONS.get(code)
    text = Text(f"{known.meaning} " if known else "")
    text.append(known.fix if known else "", "italic")
    for reason in reasons[:MOST_PLACES]:
        place = ": ".join(part for part in (short(reason.path), short(reason.detail)) if part)
        text.append(f"\n{place}" if place else "", "dim")
    if len(reasons) > MOST_PLACES:
        text.append(f"\nand {len(reasons) - MOST_PLACES} more", "dim")
    return text
