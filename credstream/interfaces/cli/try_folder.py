"""`credstream try FOLDER`: a rehearsal of every file, and what each format's files are worth."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from credstream.contract.values import Reason
from credstream.exchange.dry_run.lookups import known_in
from credstream.exchange.dry_run.pipeline import rehearse
from credstream.exchange.dry_run.result import Rehearsal
from credstream.exchange.errors import CommandError
from credstream.interfaces.cli.try_file import content, ended, told

VERDICTS = ("readable", "normalisable", "conformant")


@dataclass(slots=True)
class Counted:
    """How many files of one format there are, and how many have each verdict."""

    files: int = 0
    verdicts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VERDICTS, 0))

    def add(self, found: Rehearsal) -> None:
        self.files += 1
        for name in VERDICTS:
            self.verdicts[name] += bool(getattr(found, name))


def try_folder(folder: Path, provider: str, directory: Path, *, as_json: bool) -> int:
    """Rehearse every file below a folder; 0 unless some of them would be refused."""
    at = int(time.time() * 1000)
    known = known_in(directory, provider, at)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    if not paths:
        raise CommandError(f"{folder} has no files")
    found: dict[str, Rehearsal] = {}
    for path in paths:
        found[path.relative_to(folder).as_posix()] = rehearse(content(path), known, at)
    if as_json:
        plain = {name: told(each) for name, each in found.items()}
        sys.stdout.buffer.write(orjson.dumps(plain, option=orjson.OPT_INDENT_2))
    else:
        _show(found)
    return max(map(ended, found.values()))


def by_format(found: Mapping[str, Rehearsal]) -> dict[str, Counted]:
    """The counts of each format, in the order of their names."""
    counts: dict[str, Counted] = {}
    for each in found.values():
        counts.setdefault(each.format, Counted()).add(each)
    return dict(sorted(counts.items()))


def _show(found: Mapping[str, Rehearsal]) -> None:
    from rich.text import Text

    from credstream.interfaces.cli import terminal

    console = terminal.console()
    for name, each in found.items():
        console.print(Text(f"{each.outcome:12}  {each.format:12}  {name}", "bold"))
        for reason in _telling(each):
            console.print(Text(f"{'':14}{reason.code} at {reason.path or 'the file'}", "dim"))
    console.print()
    console.print(_table(by_format(found)))
    console.print(Text("\nNothing was sent.", "dim"))


def _telling(found: Rehearsal) -> Iterator[Reason]:
    """Why a file goes no further, each code once."""
    seen: set[str] = set()
    for reason in found.reasons:
        if reason.code not in seen:
            seen.add(reason.code)
            yield reason


def _table(counts: Mapping[str, Counted]) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("format", "files", *VERDICTS):
        table.add_column(heading, justify="left" if heading == "format" else "right")
    for name, counted in counts.items():
        table.add_row(name, str(counted.files), *(str(n) for n in counted.verdicts.values()))
    return table
