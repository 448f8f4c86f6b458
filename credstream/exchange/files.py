"""What an operator gives in files: registrations of providers, and lists of accreditations."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from credstream.contract.errors import Rejected
from credstream.contract.records import Accreditation, Provider
from credstream.contract.registration import provider_from
from credstream.contract.values import Reason
from credstream.exchange.errors import CommandError
from services.accreditation.sources.table import read_list


@dataclass(frozen=True, slots=True)
class ListFile:
    """The accreditations in a file, and why some of its rows were left out."""

    accreditations: Sequence[Accreditation]
    left_out: Sequence[Reason]


def registration(path: Path) -> Provider:
    """The registration in a JSON file; raises CommandError with file and field."""
    try:
        return provider_from(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise CommandError(f"{path}: no JSON: {error}") from error
    except Rejected as refusal:
        raise CommandError(f"{path}: {refusal.path}: {refusal.detail}") from refusal


def list_file(path: Path, name: str, as_of: int) -> ListFile:
    """The accreditations in a file of any list format; raises CommandError with file and field.

    `as_of` is the time, in milliseconds, for which the list is known to be true.
    """
    try:
        with path.open("rb") as stream:
            return ListFile(*read_list(stream, name=name, as_of=as_of))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from error
    except Rejected as refusal:
        raise CommandError(f"{path}: {refusal.path}: {refusal.detail}") from refusal
