"""What a run prints: a line for each event, and the table at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from credstream.exchange.local.run import Event, Restarted, Silence
from credstream.interfaces.cli.receipt_line import STYLES, line_of


def line_of_event(event: Event) -> str:
    """One line for what happened in a run."""
    if isinstance(event, Restarted):
        return f"[yellow]{event.service} ended ({event.exit_code}) and was started again[/]"
    if isinstance(event, Silence):
        return f"[yellow]{event.why}; it is asked again[/]"
    return line_of(event.receipt, event.file)


def report(
    console: Console, folder: Path, entries: Sequence[Mapping[str, Any]], seconds: float
) -> None:
    """The summary as a table, and where to look."""
    console.print()
    console.print(_table(entries))
    sealed = [entry for entry in entries if entry["europass"]]
    key = next((key for entry in sealed for key in entry["keys"]), "KEY")
    console.print(
        f"\n{len(entries)} submissions, {len(sealed)} with a sealed credential, "
        f"in {seconds:.1f} s.\n"
        f"Sealed credentials:  {folder}/europass/\n"
        f"Published streams:   {folder}/published/\n"
        f"Receipts, by provider: {folder}/receipts/\n"
        f"Dead letters:        {folder}/dlq/\n"
        f"Summary:             {folder}/summary.json\n"
        f"Explain one:         credstream why {key} --dir {folder}"
    )


def console_for(*, stderr: bool) -> Console:
    """A console that does not squeeze its lines into 80 columns in a pipe or a file."""
    plain = Console(stderr=stderr, highlight=False, soft_wrap=True)
    return plain if plain.is_terminal else Console(stderr=stderr, highlight=False, width=160)


def _table(entries: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("submission", "outcome", "judgement"):
        table.add_column(title, no_wrap=True)
    table.add_column("why", overflow="fold")
    table.add_column("sealed", no_wrap=True)
    for entry in entries:
        style = STYLES.get(entry["outcome"], "")
        codes = dict.fromkeys(reason["code"] for reason in entry["reasons"])
        table.add_row(
            entry["file"],
            f"[{style}]{entry['outcome']}[/]" if style else entry["outcome"],
            entry["judgement"] or "",
            ", ".join(codes),
            "yes" if entry["europass"] else "",
        )
    return table
