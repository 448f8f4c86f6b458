"""What a run prints: a line for each receipt, and the table at its end."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from credstream.contract.records import Receipt
from credstream.exchange.folder import ExchangeFolder

STYLES = {"published": "green", "held": "yellow", "out_of_scope": "cyan", "refused": "red"}


def line_of(receipt: Receipt, name: str) -> str:
    """One line for a receipt, as a person reads it."""
    status = receipt.status
    style = STYLES.get(status, "dim")
    codes = dict.fromkeys(reason.code for reason in receipt.reasons)
    if status == "published":
        what = f"{receipt.kind} v{receipt.version} {receipt.outcome or ''}"
        more = f"({len(receipt.reasons)} remarks)" if codes else ""
    else:
        what, more = ", ".join(codes), ""
    return f"[{style}]{status:12}[/] {name:48} {what} [dim]{more}[/]".rstrip()


def report(
    console: Console,
    place: ExchangeFolder,
    entries: list[dict[str, Any]],
    seconds: float,
) -> None:
    """The summary table, and where to look."""
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
    console.print()
    console.print(table)
    sealed = sum(bool(entry["europass"]) for entry in entries)
    key = next((key for entry in entries if entry["europass"] for key in entry["keys"]), "KEY")
    console.print(
        f"\n{len(entries)} submissions, {sealed} with a sealed credential, in {seconds:.1f} s.\n"
        f"Sealed credentials:  {place.path}/europass/\n"
        f"Published streams:   {place.path}/published/\n"
        f"Receipts, by provider: {place.path}/receipts/\n"
        f"Dead letters:        {place.path}/dlq/\n"
        f"Summary:             {place.path}/summary.json\n"
        f"Explain one:         credstream why {key} --dir {place.path}"
    )


def console_for(*, stderr: bool) -> Console:
    """A console that does not squeeze its lines into 80 columns where nobody looks."""
    plain = Console(stderr=stderr, highlight=False, soft_wrap=True)
    return plain if plain.is_terminal else Console(stderr=stderr, highlight=False, width=160)
