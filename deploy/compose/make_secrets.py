"""Makes the secrets of compose.yaml, each once: `python -m deploy.compose.make_secrets`."""

from __future__ import annotations

import secrets
import sys
import time
from pathlib import Path

from services.publisher import seal

FOLDER = Path(__file__).parent / "secrets"
SERVICES = ("ingest", "normalise", "accreditation", "publisher")
DATABASES = (*SERVICES, "vault", "registry")
# Issuer data of a European Digital Credential is what its seal's certificate says.
OWNER = ("credstream TEST SEAL", "BE", "NTRBE-0000000000")


def make(folder: Path, now_ms: int) -> None:
    """Write what is missing; keys and passwords that are there stay as they are."""
    # Containers read the files as another user; nobody else on this machine gets past the folder.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("postgres-password", "kek", "pseudonym-key"):
        _once(folder / name, secrets.token_hex(32))
    lines = "".join(f"{name} {secrets.token_hex(16)}\n" for name in DATABASES)
    passwords = _once(folder / "database-passwords", lines)
    known = dict(line.split() for line in passwords.splitlines())
    for name in (*SERVICES, "vault"):
        _once(folder / f"{name}-url", f"postgresql+psycopg://{name}:{known[name]}@postgres/{name}")
    _once(folder / "registry.properties", f"apicurio.datasource.password={known['registry']}\n")
    if not (folder / "seal-key").exists():
        key, certificate = seal.test_certificate(*OWNER, now_ms)
        _once(folder / "seal-certificate", certificate.decode())
        _once(folder / "seal-key", key.decode())


def _once(path: Path, text: str) -> str:
    """What a file holds, written where it is missing."""
    if not path.exists():
        path.write_text(text, "utf-8")
        path.chmod(0o444)
    return path.read_text("utf-8")


if __name__ == "__main__":
    make(FOLDER, int(time.time() * 1000))
    sys.stdout.write(f"{FOLDER.name}: {len(list(FOLDER.iterdir()))} files\n")
