"""The exchange's own JSON: the common descriptors under their own names."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.native.field_reader import Needs, Notes, note_needs, read_members
from credstream.formats.native.fields import FIELDS, GROUPS
from credstream.formats.shared.parsed import Parsed, Rules

NAME = "native"
MOST_MEMBERS = 10_000
VERSION = 1

_KINDS = "award or definition"
_ALWAYS = frozenset({"credstream", "kind"})
_NEEDS: Mapping[str, Needs] = {
    "award": (("learner",), ("issued_on",), ("title", "definition")),
    "definition": (("id",), ("title",)),
}
_MISPLACED: Mapping[str, tuple[str, ...]] = {
    "award": ("version", "valid_from", "review_on"),
    "definition": (
        *("learner", "issued_on", "starts_on", "ends_on"),
        *("definition", "evidence", "status", "funding"),
    ),
}
_NAMES: Mapping[str, Mapping[str, str]] = {
    "award": {"id": "credential_id", "identifiers": "credential_ids", "level": "levels"},
    "definition": {
        "id": "definition_id",
        "version": "definition_version",
        "valid_until": "definition_valid_until",
        "level": "levels",
    },
}
_LONGEST_SHARED = 100
# So alike that a slip of the hand is likely.
_ALIKE = 0.8


def recognise(document: Any) -> bool:
    return isinstance(document, dict) and "credstream" in document


def unfit(document: Any) -> Reason | None:
    del document  # both kinds of the format go on
    return None


def split(document: Any, rules: Rules) -> tuple[Any, ...]:
    """The credentials of a bundle, each with what the bundle says for all; else the document."""
    del rules
    if not isinstance(document, dict) or "credentials" not in document:
        return (document,)
    members = document["credentials"]
    if not isinstance(members, list) or not members:
        raise Rejected("format.invalid", "credentials", "expected an array of credentials")
    if len(members) > MOST_MEMBERS:
        raise Rejected("format.too_many", "credentials", f"{len(members)} credentials")
    for place, member in enumerate(members):
        if not isinstance(member, dict):
            raise Rejected("format.invalid", f"credentials[{place}]", "expected an object")
    shared = {name: document[name] for name in ("provider", "language") if name in document}
    head = {"credstream": document.get("credstream")}
    for name, value in {**shared, **head}.items():
        # It is written into every credential: a long one would grow a thousandfold.
        if not isinstance(value, str | int) or len(str(value)) > _LONGEST_SHARED:
            raise Rejected("format.invalid", name, f"at most {_LONGEST_SHARED} characters")
    return tuple({**shared, **member, **head} for member in members)


def parse(document: Any) -> Parsed:
    """The values as written; raises Rejected where a field has a type that cannot be read."""
    _check_version(document)
    notes = Notes()
    kind = _kind(document, notes)
    fields = {name: value for name, value in document.items() if name not in _ALWAYS}
    members = read_members(FIELDS, fields, "", notes)
    note_needs(_NEEDS[kind], members, "", notes)
    _drop_misplaced(members, document, kind, notes)
    return Parsed(
        kind=kind,
        **_flat(members, kind),
        unknown_fields=tuple(notes.strangers),
        findings=(
            *(_unknown_field(path) for path in notes.strangers),
            *_misspelt(notes.strangers, fields),
        ),
        violations=tuple(notes.violations),
    )


def _check_version(document: Any) -> None:
    if not recognise(document):
        raise Rejected("format.invalid", "", "expected an object with the member credstream")
    if type(document["credstream"]) is not int or document["credstream"] != VERSION:
        raise Rejected("format.invalid", "credstream", f"expected the number {VERSION}")
    if "credentials" in document:
        raise Rejected("format.invalid", "credentials", "a bundle may not hold a bundle")


def _kind(document: Mapping[str, Any], notes: Notes) -> str:
    kind = document.get("kind")
    if kind is None:
        notes.breaks("kind", f"expected {_KINDS}")
        return "award" if document.get("learner") is not None else "definition"
    if kind not in ("award", "definition"):
        raise Rejected("format.invalid", "kind", f"expected {_KINDS}")
    return str(kind)


def _drop_misplaced(
    members: dict[str, Any], document: Mapping[str, Any], kind: str, notes: Notes
) -> None:
    for name in _MISPLACED[kind]:
        members.pop(name, None)
        if document.get(name) is not None:
            notes.breaks(name, f"has no place beside kind {kind}")


def _flat(members: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The members under the names of Parsed; groups lie flat there."""
    flat: dict[str, Any] = {}
    for name, member in members.items():
        flat.update(member if name in GROUPS else {_NAMES[kind].get(name, name): member})
    if kind == "definition":
        return {**flat, "credential_id": flat.get("definition_id")}
    return {**flat, "reference": "definition_id" in flat and "title" not in flat}


def _unknown_field(path: str) -> Reason:
    words = "the format does not know this field; its content goes nowhere"
    return Reason(code="native.unknown_field", path=path, detail=words)


def _misspelt(strangers: Iterable[str], present: Container[str]) -> Iterator[Reason]:
    """The fields of ours that unknown ones are spelt much like.

    Only names of ours are told: the name of a stranger may itself say something of a person.
    """
    absent = [name for name in FIELDS if name not in present]
    for path in strangers:
        for name in get_close_matches(path, absent, 1, _ALIKE):
            words = "an unknown field is spelt much like this one, which is absent"
            yield Reason(code="native.misspelt_field", path=name, detail=words)
