"""A local exchange before it starts: its directories and secrets, what an earlier run left."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from pathlib import Path

from credstream.contract.topics import SERVICES
from credstream.exchange.errors import CommandError
from credstream.exchange.folder import ExchangeFolder
from services.publisher import seal

DIRECTORIES = ("state", "secrets", "europass", "published", "receipts", "dlq", "logs")
# What the collector writes from the broker's messages.
COLLECTED = ("published", "receipts", "dlq")


def prepare(path: Path, *, fresh: bool, real_servers: bool = False) -> ExchangeFolder:
    """The folder with all that the services need; raises CommandError where another run uses it."""
    folder = ExchangeFolder(path)
    running = folder.running()
    if running:
        raise CommandError(f"a run (process {running['pid']}) uses {path}; stop it, or take --dir")
    if fresh:
        for name in DIRECTORIES:
            shutil.rmtree(path / name, ignore_errors=True)
    try:
        _create_directories(path)
    except OSError as error:
        raise CommandError(f"cannot write to {path}: {error.strerror}") from error
    _create_secrets(folder)
    if real_servers:
        _delete_collected(folder)
    else:
        (path / "stack").unlink(missing_ok=True)
        _forget_old_broker(folder)
    return folder


def _create_directories(path: Path) -> None:
    """Directories that only their owner enters: databases, dead letters and files hold persons."""
    # For this process and all that it starts: files of theirs are 0600.
    os.umask(0o077)
    # A folder that is somebody else's, such as /tmp, is left as it is.
    own = not path.exists() or (path / "secrets").is_dir()
    for name in DIRECTORIES:
        (path / name).mkdir(parents=True, exist_ok=True)
        (path / name).chmod(0o700)
    if own:
        path.chmod(0o700)


def _create_secrets(folder: ExchangeFolder) -> None:
    """Keys of this folder alone, readable by its owner; the seal's certificate is a test one."""
    for name in ("kek", "pseudonym"):
        if not (folder.secrets / name).exists():
            _write_secret(folder.secrets / name, secrets.token_hex(32).encode())
    if not (folder.secrets / "seal.pem").exists():
        # The issuer of a European Digital Credential is whom the certificate of its seal names.
        key, certificate = seal.test_certificate(
            "credstream TEST SEAL", "BE", "NTRBE-0000000000", int(time.time() * 1000)
        )
        _write_secret(folder.secrets / "seal.key", key)
        _write_secret(folder.secrets / "seal.pem", certificate)


def _write_secret(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _delete_collected(folder: ExchangeFolder) -> None:
    """A real broker still has the messages of earlier runs: they will be written once more."""
    for name in COLLECTED:
        for path in (folder.path / name).glob("*.jsonl"):
            path.unlink()


def _forget_old_broker(folder: ExchangeFolder) -> None:
    """The broker of an earlier run is gone with its offsets; the services' state is kept."""
    existing = [name for name in SERVICES if folder.database(name).exists()]
    if not existing:
        return
    import sqlalchemy as sa

    from credstream.storage import journal
    from credstream.storage.engine import open_engine, transaction

    for name in existing:
        with transaction(open_engine(folder.url(name))) as connection:
            if sa.inspect(connection).has_table("journal"):
                journal.forget(connection)
