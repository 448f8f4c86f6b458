"""The columns of lists: our own with their names in ten languages, DEQAR's, and direct awards'."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

DIRECT: Mapping[str, str] = {
    "recipient mailadres": "email",
    "recipient eppn": "learner_id",
    "narrative (optional)": "narrative",
    "evidence url (optional)": "evidence",
    "evidence name (optional)": "evidence_name",
    "evidence description (optional)": "evidence_description",
    "grade (optional)": "grade",
    "definition id": "definition_id",
    "issued on": "issued_on",
}
# Of DEQAR's columns, those by which a list is told and those that are read.
DEQAR = frozenset(
    {"agency", "local_identifier", "institution[1].deqar_id", "decision", "valid_from"}
)
DEQAR_PREFIXES = ("programme[", "institution[", "activities[", "file[", "link[", "platform[")
LEAST_KNOWN = 2
LONGEST_NAME = 80


def fold(name: str) -> str:
    """A column's name without differences of case, width, blanks and underscores."""
    text = unicodedata.normalize("NFKC", name).casefold().replace("_", " ")
    return " ".join(text.split())


@cache
def own() -> Mapping[str, str]:
    """Our own columns by every name that a list may have for them."""
    known = json.loads(Path(__file__).with_name("columns.json").read_text("utf-8"))
    return {fold(name): column for column, names in known.items() for name in (column, *names)}


def dialect(header: Sequence[str], columns: Mapping[str, str]) -> str:
    """own, deqar or direct; empty where the header is of none."""
    folded = {fold(each) for each in header}
    if folded >= {"recipient mailadres", "recipient eppn"}:
        return "direct"
    told = sum(
        each.casefold() in DEQAR or each.casefold().startswith(DEQAR_PREFIXES) for each in header
    )
    if told >= LEAST_KNOWN + 1 and "agency" in folded:
        return "deqar"
    return "own" if len(own_columns(header, columns)) >= LEAST_KNOWN else ""


def own_columns(header: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Our columns by their place; the registration's names stand before ours."""
    registered = {fold(theirs): ours for theirs, ours in columns.items()}
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        column = registered.get(fold(name)) or own().get(fold(name), "")
        if column in own().values():
            found.setdefault(column, place)
    return found


def repeated(header: Sequence[str], columns: Mapping[str, str]) -> str:
    """A column that stands twice, by its name or by another name for it; empty for none."""
    registered = {fold(theirs): ours for theirs, ours in columns.items()}
    seen: set[str] = set()
    for name in map(fold, header):
        meant = registered.get(name) or own().get(name, name)
        if name and meant in seen:
            return name[:40]
        seen.add(meant)
    return ""


def numbered(header: Sequence[str]) -> dict[str, int]:
    """DEQAR's columns by name, in lower case."""
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        found.setdefault(re.sub(r"\s+", "", name.casefold()), place)
    return found
