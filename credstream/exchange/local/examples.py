"""The folder that a run sends: registrations, accreditations, and files by provider."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from credstream.contract.errors import Rejected
from credstream.contract.identity import file_id
from credstream.contract.records import Provider
from credstream.contract.registration import provider_from
from credstream.exchange.errors import CommandError

EXAMPLES = Path(__file__).parents[3] / "examples"


@dataclass(frozen=True, slots=True)
class Submission:
    """One file to send; its id comes from name and content, so a second run sends the same."""

    file: str
    provider: str
    value: bytes
    id: str


def registrations(folder: Path) -> list[Provider]:
    """The registrations of a folder; raises CommandError naming file and field."""
    return [registration(path) for path in sorted((folder / "providers").glob("*.json"))]


def registration(path: Path) -> Provider:
    try:
        return provider_from(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise CommandError(f"{path}: no JSON: {error}") from error
    except Rejected as refusal:
        raise CommandError(f"{path}: {refusal.path}: {refusal.detail}") from refusal


def lists(folder: Path) -> list[Path]:
    return sorted((folder / "accreditations").glob("*.csv"))


def submissions(folder: Path) -> list[Submission]:
    """The files of a folder, by provider and name; raises CommandError when there are none."""
    files = [path for path in sorted((folder / "submissions").glob("*/*")) if path.is_file()]
    if not files:
        raise CommandError(f"no submissions under {folder}: expected submissions/<provider>/<file>")
    return [_submission(path) for path in files]


def _submission(path: Path) -> Submission:
    value = path.read_bytes()
    file = f"{path.parent.name}/{path.name}"
    return Submission(file, path.parent.name, value, file_id(file, value))
