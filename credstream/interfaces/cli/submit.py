"""`credstream submit`: sends files as a provider, and prints receipts until each has ended."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import orjson
from rich.console import Console
from rich.markup import escape

from credstream.contract import topics
from credstream.contract.identity import GIVEN_ID
from credstream.contract.records import Receipt
from credstream.exchange import submissions
from credstream.exchange.errors import CommandError
from credstream.exchange.target import target_of
from credstream.interfaces.cli import record_view, terminal
from credstream.interfaces.cli.exit_codes import REJECTED
from credstream.interfaces.cli.receipt_line import line_of
from credstream.sdk.provider import File

# The provider has to act on the reasons of these.
EXPLAINED = {"refused": "red", "held": "yellow", "out_of_scope": "cyan"}


def submit_files(
    paths: Sequence[Path],
    provider: str,
    folder: Path,
    *,
    kind: str | None,
    identity: str | None,
    timeout: float,
    wait: bool,
    as_json: bool,
) -> int:
    """0 when every file ended and none was refused, 3 where one was, 5 where one did not end.

    Every file is read before the first one is sent.
    """
    _check(provider, kind, identity, paths)
    files = submissions.files_of(paths, provider, identity)

    target = target_of(folder)
    if not wait:
        submissions.send(target, provider, files, kind)
        _print_sent(files, as_json=as_json)
        return 0
    receipts = submissions.submit(
        target, provider, files, kind=kind, seconds=timeout, say=terminal.warn
    )
    names, refused = {each.id: each.name for each in files}, False
    for receipt in receipts:
        refused |= receipt.status == "refused"
        _print_receipt(receipt, names[receipt.submission], as_json=as_json)
    return REJECTED if refused else 0


def _check(provider: str, kind: str | None, identity: str | None, paths: Sequence[Path]) -> None:
    if not topics.PROVIDER_ID.fullmatch(provider):
        raise CommandError(f"{provider} is no id of a provider: 2 to 40 of a-z, 0-9 and -")
    if kind is not None and kind not in topics.KINDS:
        raise CommandError(f"--kind is one of {', '.join(topics.KINDS)}, not {kind}")
    if identity is None:
        return
    if len(paths) > 1:
        raise CommandError("--id names one submission: send one file with it")
    if not GIVEN_ID.fullmatch(identity):
        raise CommandError(f"--id has 1 to 100 of letters, digits and ._:/-, it is {identity!r}")


def _print_receipt(receipt: Receipt, name: str, *, as_json: bool) -> None:
    if as_json:
        terminal.print_json_line({"file": name, **orjson.loads(orjson.dumps(receipt))})
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(line_of(receipt, escape(name)))
    if receipt.status in EXPLAINED:
        terminal.console().print(
            record_view.reason_table(receipt.reasons, EXPLAINED[receipt.status])
        )


def _print_sent(files: Sequence[File], *, as_json: bool) -> None:
    for file in files:
        if as_json:
            terminal.print_json_line({"file": file.name, "submission": file.id})
        else:
            sys.stdout.write(f"sent {file.name} as {file.id}\n")
