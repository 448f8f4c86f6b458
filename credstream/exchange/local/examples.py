"""The folder that a run sends: registrations, lists of accreditations, and files by provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from credstream.contract.identity import file_id
from credstream.contract.records import Provider
from credstream.exchange.errors import CommandError
from credstream.exchange.files import registration

EXAMPLES = Path(__file__).parents[3] / "examples"


@dataclass(frozen=True, slots=True)
class Submission:
    """One file to send; its id comes from name and content, so a second run sends the same."""

    file: str
    provider: str
    value: bytes
    id: str


@dataclass(frozen=True, slots=True)
class Examples:
    """All that a run sends; of a list of accreditations only the file."""

    registrations: Sequence[Provider]
    lists: Sequence[Path]
    submissions: Sequence[Submission]


def read(folder: Path) -> Examples:
    """Everything in a folder; raises CommandError with what cannot be read, or is missing."""
    return Examples(registrations_in(folder), list_files(folder), submissions_in(folder))


def registrations_in(folder: Path) -> list[Provider]:
    """The registrations of a folder; raises CommandError with file and field."""
    return [registration(path) for path in sorted((folder / "providers").glob("*.json"))]


def list_files(folder: Path) -> list[Path]:
    """The lists of accreditations of a folder."""
    return sorted((folder / "accreditations").glob("*.csv"))


def submissions_in(folder: Path) -> list[Submission]:
    """The files of a folder, by provider and name; raises CommandError when there are none."""
    files = [path for path in sorted((folder / "submissions").glob("*/*")) if path.is_file()]
    if not files:
        raise CommandError(f"no submissions under {folder}: expected submissions/<provider>/<file>")
    return [_submission(path) for path in files]


def _submission(path: Path) -> Submission:
    value = path.read_bytes()
    file = f"{path.parent.name}/{path.name}"
    return Submission(file, path.parent.name, value, file_id(file, value))
