"""The columns of lists: our own with their names in ten languages, DEQAR's, and direct awards'."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from credstream.vocabularies.text import normalised

# The list by which edubadges awards badges to recipients without an application of theirs.
DIRECT_COLUMNS: Mapping[str, str] = {
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
# Of DEQAR's columns, those that only its lists have.
DEQAR_COLUMNS = frozenset(
    {"agency", "local_identifier", "institution[1].deqar_id", "decision", "valid_from"}
)
DEQAR_PREFIXES = ("programme[", "institution[", "activities[", "file[", "link[", "platform[")
FEWEST_KNOWN = 2
LONGEST_NAME = 80


def list_kind(header: Sequence[str], columns: Mapping[str, str]) -> str:
    """Own, deqar or direct; empty for a header of no supported list.

    `columns` maps the provider's column names to ours.
    """
    names = {folded(name) for name in header}
    if names >= {"recipient mailadres", "recipient eppn"}:
        return "direct"
    known = sum(
        name.casefold() in DEQAR_COLUMNS or name.casefold().startswith(DEQAR_PREFIXES)
        for name in header
    )
    # `agency` has to be there: without one nobody vouches for what the row says.
    if known >= FEWEST_KNOWN + 1 and "agency" in names:
        return "deqar"
    return "own" if len(own_indexes(header, columns)) >= FEWEST_KNOWN else ""


def own_indexes(header: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """The index of each of our columns; the registration's names come before ours."""
    registered = {folded(theirs): ours for theirs, ours in columns.items()}
    indexes: dict[str, int] = {}
    for index, name in enumerate(header):
        column = registered.get(folded(name)) or own_columns().get(folded(name), "")
        if column in own_columns().values():
            indexes.setdefault(column, index)
    return indexes


def direct_indexes(header: Sequence[str]) -> dict[str, int]:
    """The index of each column of a direct award, by our names."""
    return {
        DIRECT_COLUMNS[folded(name)]: index
        for index, name in enumerate(header)
        if folded(name) in DIRECT_COLUMNS
    }


def deqar_indexes(header: Sequence[str]) -> dict[str, int]:
    """The index of each of DEQAR's columns, in lower case and without blanks."""
    indexes: dict[str, int] = {}
    for index, name in enumerate(header):
        indexes.setdefault(re.sub(r"\s+", "", name.casefold()), index)
    return indexes


def repeated_column(header: Sequence[str], columns: Mapping[str, str]) -> str:
    """A name that occurs twice, itself or by another name for its column; empty for none."""
    registered = {folded(theirs): ours for theirs, ours in columns.items()}
    seen: set[str] = set()
    for name in map(folded, header):
        column = registered.get(name) or own_columns().get(name, name)
        if name and column in seen:
            return name[:40]
        seen.add(column)
    return ""


@cache
def own_columns() -> Mapping[str, str]:
    """Our column by every name that a list may have for it, folded."""
    names_of = json.loads(Path(__file__).with_name("columns.json").read_text("utf-8"))
    return {folded(name): column for column, names in names_of.items() for name in (column, *names)}


def folded(name: str) -> str:
    """A column's name without differences of case, width, blanks and underscores."""
    text = normalised("NFKC", name).casefold().replace("_", " ")
    return " ".join(text.split())
