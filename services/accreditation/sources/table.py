"""The lists that are read, the most specific first: a new one is a module and a line here."""

from __future__ import annotations

from typing import BinaryIO

from credstream.contract.records import Accreditation
from credstream.contract.values import Reason
from services.accreditation.sources import national_csv
from services.accreditation.sources.list_format import ListFormat

# The last one is asked to read what none recognises: its refusal says what the file lacks.
LIST_FORMATS: tuple[ListFormat, ...] = (national_csv,)

HEAD_BYTES = 65_536


def list_format(head: bytes) -> ListFormat:
    """The format of a file that begins with `head`."""
    return next((each for each in LIST_FORMATS if each.recognise(head)), LIST_FORMATS[-1])


def read_list(
    stream: BinaryIO, *, name: str, as_of: int
) -> tuple[tuple[Accreditation, ...], tuple[Reason, ...]]:
    """Read a whole file of any list format: its accreditations, and why parts were left out.

    The stream must be able to seek. Raises what `ListFormat.read` raises; nothing of a file that
    is refused may be published, so its accreditations are given only when all of it was read.
    """
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    accreditations: dict[str, Accreditation] = {}
    reasons: list[Reason] = []
    for part in list_format(head).read(stream, name=name, as_of=as_of):
        if isinstance(part, Reason):
            reasons.append(part)
            continue
        accreditations.pop(part.id, None)
        accreditations[part.id] = part
    return tuple(accreditations.values()), tuple(reasons)
