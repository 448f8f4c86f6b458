"""`credstream try FILE`: shows everything that a file would go through, without Kafka."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import orjson

from credstream.contract import topics
from credstream.exchange.dry_run import result
from credstream.exchange.dry_run.choose import lookups_in
from credstream.exchange.dry_run.pipeline import try_submission
from credstream.exchange.dry_run.result import DryRun
from credstream.exchange.errors import CommandError
from credstream.interfaces.cli.exit_codes import REJECTED

STDIN = Path("-")


def try_file(file: Path, provider: str, directory: Path, *, as_json: bool) -> int:
    """Try a file and show what came out; 0 unless some of it would be refused."""
    at = int(time.time() * 1000)
    value = content(file)
    dry_run = try_submission(value, lookups_in(directory, provider, at), at)
    if as_json:
        option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        sys.stdout.write(orjson.dumps(result.as_json(dry_run), option=option).decode())
    else:
        from credstream.interfaces.cli.try_view import show

        show(dry_run, "standard input" if file == STDIN else file.name, len(value))
    return exit_code(dry_run)


def exit_code(dry_run: DryRun) -> int:
    """A file with one bad row is no good file."""
    return REJECTED if dry_run.status == result.REFUSED or dry_run.refused else 0


def content(file: Path) -> bytes:
    """The bytes of a file, one more than a topic lets in at most; raises CommandError."""
    # One byte too many is enough for the refusal that a larger file gets.
    most = topics.max_bytes(topics.submissions("provider", "try")) + 1
    if file == STDIN:
        return sys.stdin.buffer.read(most)
    try:
        with file.open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
