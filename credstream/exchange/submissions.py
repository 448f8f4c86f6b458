"""Submissions of a provider: read from files, sent, and followed by their receipts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from credstream.contract.records import Receipt
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.target import Target
from credstream.sdk import provider as sdk
from credstream.sdk.provider import File, NoReceiptError, UnknownProviderError


def files_of(paths: Sequence[Path], provider: str, identity: str | None) -> list[File]:
    """Read every file; raises CommandError with the first one that cannot be sent.

    Without an identity, the id of a submission is made from the file's name and content.
    """
    return [_file(path, provider, identity) for path in paths]


def send(target: Target, provider: str, files: Sequence[File], kind: str | None) -> None:
    """Send the files; a normal return means that the broker has them all, and nothing more."""
    with _failures_named(provider):
        sdk.send(target.cluster, provider, files, kind)


def submit(
    target: Target,
    provider: str,
    files: Sequence[File],
    *,
    kind: str | None,
    seconds: float,
    say: Callable[[str], None],
) -> Iterator[Receipt]:
    """Send the files, and give their receipts until each has ended.

    `say` is called with the reason for which it waits. Raises CommandError where a file does not
    end in time, and where the provider has no topic.
    """
    try:
        with _failures_named(provider):
            yield from sdk.submit(
                target.cluster,
                target.codec(),
                provider,
                files,
                kind=kind,
                seconds=seconds,
                say=say,
            )
    except NoReceiptError as error:
        raise CommandError(_not_ended(error, files, seconds), Kind.UNDONE) from error


@contextmanager
def _failures_named(provider: str) -> Iterator[None]:
    try:
        yield
    except UnknownProviderError as error:
        raise CommandError(f"{error}; is {provider} registered as a provider?") from error


def _file(path: Path, provider: str, identity: str | None) -> File:
    if path.is_dir():
        raise CommandError(f"{path} is a folder: name the files in it")
    try:
        value = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    if len(value) > sdk.LARGEST:
        raise CommandError(
            f"{path} has {len(value):,} bytes: the broker takes no more than 4 MiB, and more than "
            "1 MiB is refused"
        )
    return sdk.file(provider, path.name, value, identity)


def _not_ended(error: NoReceiptError, files: Sequence[File], seconds: float) -> str:
    names = ", ".join(sorted(each.name for each in files if each.id in error.open))
    text = (
        f"not ended within {seconds:g} s: {names}. What was sent is not lost: send the same files "
        "again later to read their receipts, which changes nothing. If no receipt comes at all, "
        "the services are not running."
    )
    if error.unread:
        text += (
            f" Receipts came that cannot be read ({error.unread}): is CREDSTREAM_REGISTRY_URL set?"
        )
    return text
