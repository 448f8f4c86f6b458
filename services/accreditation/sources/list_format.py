"""What every reader of a list of accreditations gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from credstream.contract.records import Accreditation
from credstream.contract.values import Reason


class ListFormat(Protocol):
    """One kind of list; a module with these names is one."""

    NAME: str

    def recognise(self, head: bytes) -> bool:
        """Whether a file that begins with `head` is such a list; never raises."""

    def read(self, stream: BinaryIO, *, name: str, as_of: int) -> Iterator[Accreditation | Reason]:
        """Yield the accreditations, and the reason for each part that is left out, as they come.

        `name` is the list's, and the source of its accreditations; `as_of` is in milliseconds.
        A part with a limit that is not understood is left out whole: without its limit it would
        cover what the list never meant. Of two accreditations with one id the later one counts.
        Raises Rejected, or UnicodeDecodeError, where the file as a whole cannot be read.
        """
