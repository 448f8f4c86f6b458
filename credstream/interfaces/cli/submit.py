"""`credstream submit`: send files as a provider, and print the receipts until each has ended."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
from rich.console import Console
from rich.markup import escape

from credstream.contract import topics
from credstream.contract.identity import GIVEN_ID
from credstream.contract.records import Receipt
from credstream.contract.values import Reason
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.target import Target, target_of
from credstream.interfaces.cli import terminal
from credstream.interfaces.cli.exit_codes import REJECTED, guarded
from credstream.interfaces.cli.run_report import line_of
from credstream.sdk import provider as sdk
from credstream.sdk.provider import File, NoReceiptError, UnknownProviderError

# Their reasons are the provider's to act on.
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
    """0 when every file ended and none was refused, 3 and 5 where not; nothing is sent by halves.

    Every file is read before the first one is sent.
    """
    _check(provider, kind, identity, paths)
    files = [_file(path, provider, identity) for path in paths]

    def work() -> int:
        exchange = target_of(folder)
        if wait:
            return _hear(exchange, provider, files, kind, timeout, as_json=as_json)
        sdk.send(exchange.cluster, provider, files, kind)
        _say_sent(files, as_json=as_json)
        return 0

    try:
        return guarded(work)
    except UnknownProviderError as error:
        raise CommandError(f"{error}; is {provider} registered as a provider?") from error
    except NoReceiptError as error:
        raise CommandError(_late(error, files, timeout), Kind.UNDONE) from error


def _hear(
    exchange: Target,
    provider: str,
    files: Sequence[File],
    kind: str | None,
    timeout: float,
    *,
    as_json: bool,
) -> int:
    """Send the files and print their receipts; 3 where something was refused."""
    names, refused = _names(files), False
    cluster, codec, say = exchange.cluster, exchange.codec(), terminal.warn
    for receipt in sdk.submit(cluster, codec, provider, files, kind=kind, seconds=timeout, say=say):
        refused |= receipt.status == "refused"
        _say(receipt, names[receipt.submission], as_json=as_json)
    return REJECTED if refused else 0


def _names(files: Sequence[File]) -> Mapping[str, str]:
    return {each.id: each.name for each in files}


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


def _file(path: Path, provider: str, identity: str | None) -> File:
    if path.is_dir():
        raise CommandError(f"{path} is a folder: name the files in it")
    try:
        value = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    if len(value) > sdk.LARGEST:
        raise CommandError(
            f"{path} has {len(value):,} bytes: more than 4 MiB does not get through, and what has "
            "more than 1 MiB is refused"
        )
    return sdk.file(provider, path.name, value, identity)


def _say(receipt: Receipt, name: str, *, as_json: bool) -> None:
    if as_json:
        terminal.line({"file": name, **orjson.loads(orjson.dumps(receipt))})
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(line_of(receipt, escape(name)))
    if receipt.status in EXPLAINED:
        reasons: Sequence[Reason] = receipt.reasons
        terminal.console().print(terminal.remarks(reasons, EXPLAINED[receipt.status]))


def _say_sent(files: Sequence[File], *, as_json: bool) -> None:
    for each in files:
        if as_json:
            terminal.line({"file": each.name, "submission": each.id})
        else:
            sys.stdout.write(f"sent {each.name} as {each.id}\n")


def _late(error: NoReceiptError, files: Sequence[File], timeout: float) -> str:
    late = sorted(_names(files)[each] for each in error.open)
    unread = f" Receipts came that cannot be read ({error.unread}): is CREDSTREAM_REGISTRY_URL set?"
    return (
        f"not ended within {timeout:g} s: {', '.join(late)}. What was sent is not lost; to hear "
        "of it send the same files again later, which changes nothing. If nothing comes at all, "
        "the services are not running." + (unread if error.unread else "")
    )
