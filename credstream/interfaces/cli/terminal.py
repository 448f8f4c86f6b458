"""How records, judgements and reasons look on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from credstream.contract.reasons.table import REASONS
from credstream.contract.records import Normalised
from credstream.contract.values import Judgement, Reason
from credstream.interfaces.cli.descriptor_lines import EVERY, lines
from credstream.interfaces.cli.labels import short
from services.normalise.completeness import MANDATORY

WIDTH = 120
MOST_SEEN = 2
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


def warn(text: str) -> None:
    """A line beside the output, at once."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def line(told: Mapping[str, Any]) -> None:
    """A line of JSON for a program that reads while more comes."""
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def print_ids(verb: str, ids: Sequence[str], *, as_json: bool) -> None:
    """A line for each id that something was done to."""
    if as_json:
        sys.stdout.write(json.dumps({verb: list(ids)}) + "\n")
    else:
        sys.stdout.write("".join(f"{verb} {id_}\n" for id_ in ids))


def print_records(
    records: Sequence[object],
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    as_json: bool,
) -> None:
    """Whole records for a program, or a row of each for a person."""
    if as_json:
        sys.stdout.write(orjson.dumps(records, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False).print(table)


def console() -> Console:
    """A console for the reader; in a pipe or a file lines get a width of their own."""
    width = None if sys.stdout.isatty() else WIDTH
    return Console(highlight=False, markup=False, emoji=False, width=width)


def heading(text: str, more: str = "") -> Text:
    return Text.assemble((text, "bold"), "  " if more else "", (more, "dim"))


def sheet(
    record: Normalised, learner: Mapping[str, Any] | None, only: Container[str] = EVERY
) -> Table:
    """The descriptors of a record with their origins; what is mandatory and absent stands out."""
    table = grid(0, 5, 4)
    for line in (each for each in lines(record, learner, tuple(MANDATORY)) if each.name in only):
        name = Text(line.name, "bold" if line.mandatory else "")
        value = Text("\n".join(line.values)) if line.values else _absence(record, line.name)
        table.add_row(name, value, Text(_where(line.origins), "dim"))
    return table


def counted(record: Normalised) -> str:
    """Completeness in one sentence."""
    found = record.account.completeness
    mandatory = f"{found.mandatory} of {found.mandatory_of} mandatory descriptors"
    optional = f"{found.optional} of {found.optional_of} optional"
    absent = f"; absent: {', '.join(found.absent)}" if found.absent else ""
    return f"{mandatory}, {optional}{absent}"


def judged(judgement: Judgement) -> Table:
    """Each check of a judgement; limits that an accreditation does not have share one line."""
    table = grid(0, 1, 5)
    walked = [check for check in judgement.checks if check.result != "not-limited"]
    for check in walked:
        mark, style = MARKS.get(check.result, ("·", ""))
        table.add_row(Text(mark, style), Text(check.step), Text(short(check.detail), "dim"))
    free = [check.step for check in judgement.checks if check.result == "not-limited"]
    if free:
        table.add_row(Text("·", "dim"), Text("no limit"), Text(f"by {', '.join(free)}", "dim"))
    return table


def grounds(judgement: Judgement) -> str:
    """Why a judgement came out as it did, and by which entry of which list."""
    words = REASONS.get(judgement.reason)
    meaning = words.meaning if words else judgement.reason
    body = short(judgement.body) if judgement.body else ""
    named = ", ".join(part for part in (body, judgement.accreditation) if part)
    return f"{meaning} ({named})" if named else meaning


def remarks(reasons: Iterable[Reason], style: str) -> Table:
    """Reasons with their meaning and what would fix them, once for each code."""
    table = grid(1, 4)
    together: dict[str, list[Reason]] = {}
    for reason in reasons:
        together.setdefault(reason.code, []).append(reason)
    for code, found in together.items():
        table.add_row(Text(code, style), _explained(code, found))
    return table


def grid(*ratios: int) -> Table:
    """A table without lines; a column of ratio 0 is as wide as its content."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=False)
    for place, ratio in enumerate(ratios):
        first = place == 0
        table.add_column(
            overflow="fold", ratio=None if first else ratio or None, no_wrap=first, min_width=1
        )
    return table


def _absence(record: Normalised, name: str) -> Text:
    """A level is asked for only where it applies."""
    asked = any(each.path == name for each in record.account.warnings)
    return Text("none", "dim") if name == "level" and not asked else Text("absent", "yellow")


def _explained(code: str, found: Sequence[Reason]) -> Text:
    words = REASONS.get(code)
    text = Text(f"{words.meaning} " if words else "")
    text.append(words.fix if words else "", "italic")
    for reason in found[:MOST_SEEN]:
        seen = ": ".join(part for part in (short(reason.path), short(reason.detail)) if part)
        text.append(f"\n{seen}" if seen else "", "dim")
    if len(found) > MOST_SEEN:
        text.append(f"\nand {len(found) - MOST_SEEN} more", "dim")
    return text


def _where(origins: Sequence[str]) -> str:
    more = len(origins) - 1
    return f"{origins[0]}, and {more} more" if more > 0 else "".join(origins)
