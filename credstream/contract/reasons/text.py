"""The texts of a reason code, as providers and operators read them."""

from __future__ import annotations

from typing import NamedTuple


class ReasonText(NamedTuple):
    """The meaning of a code, and what would fix it."""

    meaning: str
    fix: str
