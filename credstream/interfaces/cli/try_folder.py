"""`credstream try FOLDER`: a dry run of every file, and how many files of a format get through."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from rich.table import Table
from rich.text import Text

from credstream.exchange.dry_run.choose import lookups_in
from credstream.exchange.dry_run.pipeline import try_submission
from credstream.exchange.dry_run.result import DryRun, as_json
from credstream.exchange.errors import CommandError
from credstream.interfaces.cli import terminal
from credstream.interfaces.cli.try_file import content, exit_code

VERDICTS = ("readable", "normalisable", "conformant")


@dataclass(slots=True)
class Counted:
    """How many files of one format there are, and how many have each verdict."""

    files: int = 0
    verdicts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VERDICTS, 0))

    def add(self, dry_run: DryRun) -> None:
        self.files += 1
        for name in VERDICTS:
            self.verdicts[name] += bool(getattr(dry_run, name))


def try_folder(folder: Path, provider: str, directory: Path, *, as_json: bool) -> int:
    """Try every file below a folder; 0 unless some of them would be refused."""
    at = int(time.time() * 1000)
    lookups = lookups_in(directory, provider, at)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    if not paths:
        raise CommandError(f"{folder} has no files")
    dry_runs = {
        path.relative_to(folder).as_posix(): try_submission(content(path), lookups, at)
        for path in paths
    }
    if as_json:
        _write_json(dry_runs)
    else:
        _show(dry_runs)
    return max(map(exit_code, dry_runs.values()))


def by_format(dry_runs: Iterable[DryRun]) -> dict[str, Counted]:
    """The counts of each format, in the order of their names."""
    counts: dict[str, Counted] = {}
    for dry_run in dry_runs:
        counts.setdefault(dry_run.format, Counted()).add(dry_run)
    return dict(sorted(counts.items()))


def _write_json(dry_runs: Mapping[str, DryRun]) -> None:
    plain = {name: as_json(dry_run) for name, dry_run in dry_runs.items()}
    sys.stdout.buffer.write(orjson.dumps(plain, option=orjson.OPT_INDENT_2))


def _show(dry_runs: Mapping[str, DryRun]) -> None:
    console = terminal.console()
    for name, dry_run in dry_runs.items():
        console.print(Text(f"{dry_run.status:12}  {dry_run.format:12}  {name}", "bold"))
        first_paths = {each.code: each.path for each in reversed(dry_run.reasons)}
        for code in dict.fromkeys(each.code for each in dry_run.reasons):
            place = first_paths[code] or "the file"
            console.print(Text(f"{'':14}{code} at {place}", "dim"))
    console.print()
    console.print(_table(by_format(dry_runs.values())))
    console.print(Text("\nNothing was sent.", "dim"))


def _table(counts: Mapping[str, Counted]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("format", "files", *VERDICTS):
        table.add_column(heading, justify="left" if heading == "format" else "right")
    for name, counted in counts.items():
        table.add_row(name, str(counted.files), *(str(n) for n in counted.verdicts.values()))
    return table
