"""What a reason code means to a provider, and the way out."""

from __future__ import annotations

from typing import NamedTuple


class ReasonText(NamedTuple):
    """The meaning of a code, and what would fix it."""

    meaning: str
    fix: str
