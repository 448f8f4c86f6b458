"""`credstream try`: everything that a file would go through, shown without Kafka."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from credstream.contract import topics
from credstream.exchange.descriptors import descriptors
from credstream.exchange.dry_run.lookups import known_in
from credstream.exchange.dry_run.pipeline import rehearse
from credstream.exchange.dry_run.result import HELD, REFUSED, Credential, Rehearsal
from credstream.exchange.errors import CommandError
from credstream.interfaces.cli.exit_codes import REJECTED
from credstream.interfaces.cli.labels import short, written_as

STDIN = Path("-")
OF_AWARDS = ("learner", "issued_on", "grade", "status")
LANDINGS = {
    "published": ("would be published", "green"),
    "held": ("would be held until its definition arrives", "yellow"),
    "out_of_scope": ("out of scope: no micro-credential", "cyan"),
    "refused": ("would be refused", "red"),
}


def try_file(file: Path, provider: str, directory: Path, *, as_json: bool) -> int:
    """Rehearse a file and show what came out; 0 unless some of it would be refused."""
    at = int(time.time() * 1000)
    value = content(file)
    found = rehearse(value, known_in(directory, provider, at), at)
    if as_json:
        text = orjson.dumps(told(found), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        sys.stdout.write(text.decode())
    else:
        _show(found, short(file.name) if file != STDIN else "standard input", len(value))
    return ended(found)


def ended(found: Rehearsal) -> int:
    """The exit code of a rehearsal: a file with one bad row is no good file."""
    return REJECTED if found.outcome == REFUSED or found.refused else 0


def told(found: Rehearsal) -> dict[str, Any]:
    """A rehearsal as plain data; nothing in it is a person's."""
    judgements = (each.judgement for each in found.awards if each.judgement)
    return {
        "outcome": found.outcome,
        "refused_parts": found.refused,
        "provider": found.provider,
        "format": found.format,
        "envelope": found.envelope,
        "readable": found.readable,
        "normalisable": found.normalisable,
        "conformant": found.conformant,
        "reasons": found.reasons,
        "warnings": found.warnings,
        "proof": found.proof,
        "proof_detail": found.proof_detail,
        "judgement": next(judgements, None),
        "europass": {"sealable": found.sealable, "lacking": found.lacking},
        "credentials": [_credential(each) for each in found.credentials],
    }


def content(file: Path) -> bytes:
    """The bytes of a file, one more than a topic lets in at most; raises CommandError."""
    most = topics.max_bytes(topics.submissions("provider", "try")) + 1
    if file == STDIN:
        return sys.stdin.buffer.read(most)
    try:
        with file.open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error


def _credential(each: Credential) -> dict[str, Any]:
    account = each.record.account
    return {
        "kind": each.record.kind,
        "key": each.record.key,
        "outcome": each.ending,
        "descriptors": descriptors(each.record, each.learner),
        "provenance": account.provenance,
        "completeness": account.completeness,
        "judgement": each.judgement,
    }


def _but(found: Rehearsal) -> str:
    if found.outcome == REFUSED or not found.refused:
        return ""
    parts = "one part" if found.refused == 1 else f"{found.refused} parts"
    return f", but for {parts} of the file"


def _show(found: Rehearsal, name: str, size: int) -> None:
    from rich.text import Text

    from credstream.interfaces.cli import terminal

    console = terminal.console()
    ending, style = LANDINGS[found.outcome]
    sender = f"{size:,} bytes, as {found.provider} would send it"
    console.print(terminal.heading(name, sender))
    console.print(Text(ending + _but(found), f"bold {style}"), end="\n\n")
    console.print(_verdicts(found))
    if found.reasons:
        console.print()
        console.print(terminal.heading("Why"))
        console.print(terminal.remarks(found.reasons, style))
    if any(each.code == "provider.mismatch" for each in found.reasons):
        console.print("The file names another provider: try it with --provider.")
    _show_credentials(console, _worth_showing(found))
    if found.warnings:
        console.print()
        console.print(terminal.heading("Warnings", str(len(found.warnings))))
        console.print(terminal.remarks(found.warnings, "yellow"))
    console.print(Text("\nNothing was sent.", "dim"))


def _verdicts(found: Rehearsal) -> Any:
    from rich.text import Text

    from credstream.interfaces.cli import terminal

    table = terminal.grid(0, 0, 5)
    for name, verdict, style, why in _rows(found):
        table.add_row(Text(name, "bold"), Text(verdict, style), Text(why, "dim"))
    return table


def _rows(found: Rehearsal) -> Iterator[tuple[str, str, str, str]]:
    """Name, verdict, style and reason of each line of the summary."""
    from credstream.interfaces.cli import terminal

    known = written_as(found.format, found.envelope)
    yield "readable", *_yes(good=found.readable), known
    yield "normalisable", *_yes(good=found.normalisable), _normal(found)
    yield "conformant", *_yes(good=found.conformant), _conformity(found)
    style = {"verified": "green", "failed": "red"}.get(found.proof, "")
    yield "signature", found.proof, style, found.proof_detail
    judged = next((each.judgement for each in found.awards if each.judgement), None)
    if judged:
        style = terminal.OUTCOMES.get(judged.outcome, "")
        yield "judgement", judged.outcome, style, terminal.grounds(judged)
    if judged or found.lacking:
        why = "; ".join(f"{each.path}: {each.detail}" for each in found.lacking)
        yield "sealable", *_yes(good=found.sealable), why or "as a European Digital Credential"


def _normal(found: Rehearsal) -> str:
    if not found.normalisable:
        return ", ".join(dict.fromkeys(each.code for each in found.reasons))
    if found.outcome == HELD:
        return "the definition that it names brings the rest"
    more = ", learner and date" if found.awards else ""
    return f"title, awarding body{more} were found"


def _conformity(found: Rehearsal) -> str:
    lacks = f"lacks {', '.join(found.absent)}" if found.absent else ""
    breaks = "breaks a rule of its format's schema" if found.violations else ""
    told = "; ".join(part for part in (lacks, breaks) if part)
    return "no rule is broken, nothing mandatory is lacking" if found.conformant else told


def _yes(*, good: bool) -> tuple[str, str]:
    return ("yes", "green") if good else ("no", "red")


def _worth_showing(found: Rehearsal) -> tuple[Credential, ...]:
    """An award shows its definition's descriptors too; a definition alone shows itself."""
    shown = {each.record.definition.key for each in found.awards}
    return tuple(each for each in found.credentials if each.record.key not in shown)


def _show_credentials(console: Any, credentials: Sequence[Credential]) -> None:
    """Of several awards of one definition only the first tells what the definition says."""
    from credstream.interfaces.cli import terminal

    told: set[str] = set()
    for each in credentials:
        record = each.record
        name = "" if len(credentials) == 1 else f"  {LANDINGS[each.ending][0]}"
        console.print()
        console.print(terminal.heading(record.kind.capitalize(), f"{record.key}{name}"))
        if record.definition.key in told:
            console.print(terminal.sheet(record, each.learner, only=OF_AWARDS))
            continue
        told.add(record.definition.key)
        console.print(terminal.sheet(record, each.learner))
        console.print(terminal.heading("Complete", terminal.counted(record)))
        if each.judgement:
            console.print()
            console.print(terminal.heading("Judgement", f"for {each.judgement.judged_for}"))
            console.print(terminal.judged(each.judgement))
