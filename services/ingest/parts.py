"""The parts of a detected document: each of its credentials, parsed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared import documents
from credstream.formats.shared.budget import TOO_MUCH, Budget
from credstream.formats.shared.parsed import Format, Parsed, Rules, SkippedPart
from credstream.formats.table import BY_NAME
from services.ingest.detect import Detected

# After so many bad parts from the first one on the whole document is refused: they have one cause,
# which the first reason names.
MOST_BAD_AT_START = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One credential of a document: as its own document, as bytes, and its values."""

    document: Any
    payload: bytes
    parsed: Parsed


def rejected(reason: Reason) -> Rejected:
    """The refusal for a reason."""
    return Rejected(reason.code, reason.path, reason.detail)


def parse_parts(
    detected: Detected, rules: Rules, budget: Budget | None = None
) -> tuple[tuple[tuple[Any, Parsed], ...], tuple[Reason, ...]]:
    """The credentials of a document, each with its values, and why other parts are left out.

    Raises Rejected as `read_parts` does.
    """
    outcomes = tuple(read_parts(detected, rules, budget or Budget()))
    return (
        tuple((part.document, part.parsed) for part in outcomes if isinstance(part, Part)),
        tuple(reason for reason in outcomes if isinstance(reason, Reason)),
    )


def read_parts(detected: Detected, rules: Rules, budget: Budget) -> Iterator[Part | Reason]:
    """The credentials of a document one by one, or why one is left out.

    Raises Rejected where the only part cannot be parsed, where too many cannot, or where they are
    more than the budget allows.
    """
    module = BY_NAME[detected.format]
    parts = iter(module.split(detected.document, rules))
    first = tuple(islice(parts, 2))
    if len(first) == 1 and not isinstance(first[0], SkippedPart):
        # Its values have been counted when the document was read.
        payload = documents.write(first[0])
        yield Part(first[0], payload, module.parse(first[0], budget))
        return
    bad: list[Reason] = []
    good = False
    for part in chain(first, parts):
        if len(bad) >= MOST_BAD_AT_START and not good:
            raise rejected(bad[0])
        outcome = _outcome(module, part, budget)
        if isinstance(outcome, Part):
            good = True
        elif not good:
            bad.append(outcome)
        yield outcome


def _outcome(module: Format, part: Any, budget: Budget) -> Part | Reason:
    """A part, or the reason why it is none; raises Rejected where the budget is spent."""
    if isinstance(part, SkippedPart):
        budget.add_item()
        return part.reason
    try:
        return _read(module, part, budget)
    except Rejected as refusal:
        if refusal.code == TOO_MUCH:
            raise
        return Reason(code=refusal.code, path=refusal.path, detail=refusal.detail)


def _read(module: Format, part: Any, budget: Budget) -> Part:
    """A part with its values; what it costs is added before it is parsed."""
    budget.add_item()
    payload = documents.write(part)
    budget.add_bytes(len(payload))
    # A comma stands between values of JSON, and `<` at each element of XML.
    budget.add_reads(payload.count(b",") + payload.count(b"<"))
    return Part(part, payload, module.parse(part, budget))
