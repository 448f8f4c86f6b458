"""How a dry run looks on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from credstream.exchange.dry_run.result import HELD, REFUSED, CredentialResult, DryRun
from credstream.interfaces.cli import record_view, terminal
from credstream.interfaces.cli.labels import short, written_as

# Descriptors that differ between two awards of one definition.
OF_AWARDS = ("learner", "issued_on", "grade", "status")
# What each status means for whoever sends a file, and its colour.
STATUSES = {
    "published": ("would be published", "green"),
    "held": ("would be held until its definition arrives", "yellow"),
    "out_of_scope": ("out of scope: no micro-credential", "cyan"),
    "refused": ("would be refused", "red"),
}


def show(dry_run: DryRun, name: str, size: int) -> None:
    """Print a dry run of a file of `size` bytes."""
    console = terminal.console()
    meaning, style = STATUSES[dry_run.status]
    sender = f"{size:,} bytes, as {dry_run.provider} would send it"
    console.print(terminal.heading(short(name), sender))
    console.print(Text(meaning + _but(dry_run), f"bold {style}"), end="\n\n")
    console.print(_verdicts(dry_run))
    _show_reasons(console, dry_run, style)
    _show_credentials(console, _worth_showing(dry_run))
    if dry_run.warnings:
        console.print()
        console.print(terminal.heading("Warnings", str(len(dry_run.warnings))))
        console.print(record_view.reason_table(dry_run.warnings, "yellow"))
    console.print(Text("\nNothing was sent.", "dim"))


def _but(dry_run: DryRun) -> str:
    if dry_run.status == REFUSED or not dry_run.refused:
        return ""
    parts = "one part" if dry_run.refused == 1 else f"{dry_run.refused} parts"
    return f", but for {parts} of the file"


def _verdicts(dry_run: DryRun) -> Table:
    table = terminal.grid(0, 0, 5)
    for name, verdict, style, why in _rows(dry_run):
        table.add_row(Text(name, "bold"), Text(verdict, style), Text(why, "dim"))
    return table


def _rows(dry_run: DryRun) -> Iterator[tuple[str, str, str, str]]:
    """Name, verdict, style and reason of each line of the summary."""
    layout = written_as(dry_run.format, dry_run.envelope)
    yield "readable", *_yes(good=dry_run.readable), layout
    yield "normalisable", *_yes(good=dry_run.normalisable), _why_normalisable(dry_run)
    yield "conformant", *_yes(good=dry_run.conformant), _why_conformant(dry_run)
    style = {"verified": "green", "failed": "red"}.get(dry_run.proof, "")
    yield "signature", dry_run.proof, style, dry_run.proof_detail
    judgement = dry_run.judgement
    if judgement:
        style = record_view.OUTCOMES.get(judgement.outcome, "")
        yield "judgement", judgement.outcome, style, record_view.grounds(judgement)
    if judgement or dry_run.lacking:
        lacks = "; ".join(f"{each.path}: {each.detail}" for each in dry_run.lacking)
        why = lacks or "as a European Digital Credential"
        yield "sealable", *_yes(good=dry_run.sealable), why


def _yes(*, good: bool) -> tuple[str, str]:
    return ("yes", "green") if good else ("no", "red")


def _why_normalisable(dry_run: DryRun) -> str:
    if not dry_run.normalisable:
        return ", ".join(dict.fromkeys(reason.code for reason in dry_run.reasons))
    if dry_run.status == HELD:
        return "the definition that it names brings the rest"
    more = ", learner and date" if dry_run.awards else ""
    return f"title, awarding body{more} were found"


def _why_conformant(dry_run: DryRun) -> str:
    if dry_run.conformant:
        return "no rule is broken, nothing mandatory is lacking"
    lacks = f"lacks {', '.join(dry_run.absent)}" if dry_run.absent else ""
    breaks = "breaks a rule of its format's schema" if dry_run.violations else ""
    return "; ".join(part for part in (lacks, breaks) if part)


def _show_reasons(console: Console, dry_run: DryRun, style: str) -> None:
    if dry_run.reasons:
        console.print()
        console.print(terminal.heading("Why"))
        console.print(record_view.reason_table(dry_run.reasons, style))
    if any(reason.code == "provider.mismatch" for reason in dry_run.reasons):
        console.print("The file names another provider: try it with --provider.")


def _worth_showing(dry_run: DryRun) -> tuple[CredentialResult, ...]:
    """An award shows its definition's descriptors too; a definition alone shows itself."""
    shown = {award.record.definition.key for award in dry_run.awards}
    return tuple(each for each in dry_run.credentials if each.record.key not in shown)


def _show_credentials(console: Console, credentials: Sequence[CredentialResult]) -> None:
    """Of several awards of one definition only the first shows what the definition says."""
    shown: set[str] = set()
    for credential in credentials:
        record = credential.record
        status = "" if len(credentials) == 1 else f"  {STATUSES[credential.status][0]}"
        console.print()
        console.print(terminal.heading(record.kind.capitalize(), f"{record.key}{status}"))
        if record.definition.key in shown:
            console.print(record_view.descriptor_table(record, credential.learner, only=OF_AWARDS))
            continue
        shown.add(record.definition.key)
        _show_whole(console, credential)


def _show_whole(console: Console, credential: CredentialResult) -> None:
    console.print(record_view.descriptor_table(credential.record, credential.learner))
    console.print(terminal.heading("Complete", record_view.completeness(credential.record)))
    if credential.judgement:
        console.print()
        console.print(terminal.heading("Judgement", f"for {credential.judgement.judged_for}"))
        console.print(record_view.check_table(credential.judgement))
