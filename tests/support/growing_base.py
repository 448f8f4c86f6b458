"""What families that grow are made of; see `growing`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Family = Callable[[int], bytes]
OB_TYPES = ["VerifiableCredential", "OpenBadgeCredential"]


def some(make: Callable[[int], Any], size: int) -> list[Any]:
    """As many values as have a size together, as JSON or text."""
    one = make(10_000)
    each = len(one if isinstance(one, str) and one[:1] == "<" else written(one)) + 1
    return [make(number) for number in range(max(1, size // each))]


def written(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
