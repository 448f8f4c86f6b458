"""The parts of a detected document: each of its credentials, parsed."""

from __future__ import annotations

from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.parsed import Parsed, Rules, SkippedPart
from credstream.formats.table import BY_NAME
from services.ingest.detect import Detected

MOST_PARTS = 10_000
# After so many bad parts from the first one on the whole document is refused: they have one cause,
# which the first reason names.
MOST_BAD_AT_START = 100


def rejected(reason: Reason) -> Rejected:
    """The refusal for a reason."""
    return Rejected(reason.code, reason.path, reason.detail)


def parse_parts(
    detected: Detected, rules: Rules
) -> tuple[tuple[tuple[Any, Parsed], ...], tuple[Reason, ...]]:
    """The credentials of a document, each with its values, and why other parts are left out.

    Raises Rejected where the only part cannot be parsed, or where too many cannot.
    """
    module = BY_NAME[detected.format]
    parts = module.split(detected.document, rules)
    if len(parts) == 1 and not isinstance(parts[0], SkippedPart):
        return ((parts[0], module.parse(parts[0])),), ()
    if len(parts) > MOST_PARTS:
        raise Rejected("format.too_many", "", f"{len(parts)} of them, more than {MOST_PARTS}")
    parsed: list[tuple[Any, Parsed]] = []
    unread: list[Reason] = []
    for part in parts:
        if len(unread) >= MOST_BAD_AT_START and not parsed:
            raise rejected(unread[0])
        if isinstance(part, SkippedPart):
            unread.append(part.reason)
            continue
        try:
            parsed.append((part, module.parse(part)))
        except Rejected as refusal:
            unread.append(Reason(code=refusal.code, path=refusal.path, detail=refusal.detail))
    return tuple(parsed), tuple(unread)
