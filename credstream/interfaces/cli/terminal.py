"""What commands print: lines for a program, tables and headings for a person."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

# Of lines that go into a pipe or a file.
WIDTH = 120


def warn(text: str) -> None:
    """Write a line to standard error at once, so that the output stays what it is."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def print_json_line(value: Mapping[str, Any]) -> None:
    """A line of JSON for a program that reads while more comes."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
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
    rows: Sequence[Sequence[object]],
    *,
    as_json: bool,
) -> None:
    """Whole records for a program, or a row of each for a person."""
    if as_json:
        sys.stdout.write(orjson.dumps(records, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        console().print(table(titles, rows))


def table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table without lines; a cell without a value is empty."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        made.add_column(title, overflow="fold")
    for row in rows:
        made.add_row(*("" if cell is None else str(cell) for cell in row))
    return made


def console() -> Console:
    """A console for standard output; a pipe or a file has no width, so lines get one."""
    width = None if sys.stdout.isatty() else WIDTH
    return Console(highlight=False, markup=False, emoji=False, width=width)


def heading(text: str, more: str = "") -> Text:
    return Text.assemble((text, "bold"), "  " if more else "", (more, "dim"))


def grid(*ratios: int) -> Table:
    """A table without lines; a column of ratio 0 is as wide as its content."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=False)
    for number, ratio in enumerate(ratios):
        first = number == 0
        table.add_column(
            overflow="fold", ratio=None if first else ratio or None, no_wrap=first, min_width=1
        )
    return table
