"""Reads JSON by a table of fields: what is taken, what the schema allows, what is a stranger."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.parsed import Value

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")

#: Each group holds alternatives, of which one has to be there.
Needs: TypeAlias = tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Notes:
    """What a reading finds beside the values: paths and words of ours, never a value."""

    violations: list[Reason] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def breaks(self, path: str, words: str) -> None:
        self.violations.append(Reason(code="schema.violation", path=path, detail=words))


class Node(Protocol):
    """One place in the table; `read` gives None for what is as good as absent.

    It raises Rejected for a type that cannot be taken, and notes what the schema forbids.
    """

    def read(self, raw: Any, path: str, notes: Notes) -> Any: ...


@dataclass(frozen=True, slots=True)
class Word:
    """A code, date or identifier: text, although numbers are taken too."""

    words: str
    fits: Callable[[Any], bool]

    def read(self, raw: Any, path: str, notes: Notes) -> Value | None:
        _check_type(raw, (str, int, float), path, self.words)
        if is_blank(raw) or not self.fits(raw):
            notes.breaks(path, f"expected {self.words}")
        return None if is_blank(raw) else Value(str(raw), path)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A number or a flag; what the provider writes in its place stays as it is."""

    words: str
    takes: tuple[type, ...]
    fits: Callable[[Any], bool]

    def read(self, raw: Any, path: str, notes: Notes) -> Value | None:
        _check_type(raw, self.takes, path, self.words)
        if not self.fits(raw):
            notes.breaks(path, f"expected {self.words}")
        return None if is_blank(raw) else Value(raw, path)


@dataclass(frozen=True, slots=True)
class Text:
    """A text, or a map of language to text."""

    words: str = "a text or a map of language to text"

    def read(self, raw: Any, path: str, notes: Notes) -> Value | None:
        _check_type(raw, (str, dict), path, self.words)
        if isinstance(raw, dict):
            return self._read_map(raw, path, notes)
        if is_blank(raw):
            notes.breaks(path, f"expected {self.words}")
            return None
        return Value(raw, path)

    def _read_map(self, raw: Mapping[str, Any], path: str, notes: Notes) -> Value | None:
        for tag, text in raw.items():
            place = f"{path}.{shown(tag)}"
            _check_type(text, (str, type(None)), place, "a text")
            if not _TAG.fullmatch(tag) or text is None or is_blank(text):
                notes.breaks(place, "expected a language tag and a text")
        if not raw:
            notes.breaks(path, f"expected {self.words}")
        texts = {tag: text for tag, text in raw.items() if text and not is_blank(text)}
        return Value(texts, path) if texts else None


@dataclass(frozen=True, slots=True)
class Many:
    """An array; a lone value is taken for an array of one, by the schema too where `lone`."""

    node: Node
    lone: bool = False

    def read(self, raw: Any, path: str, notes: Notes) -> tuple[Any, ...] | None:
        if isinstance(raw, list):
            places = [(each, f"{path}[{place}]") for place, each in enumerate(raw)]
        else:
            places = [(raw, path)]
            if not self.lone:
                notes.breaks(path, "expected an array")
        members = [read(self.node, each, place, notes) for each, place in places]
        return tuple(member for member in members if member is not None) or None


@dataclass(frozen=True, slots=True)
class Part:
    """An object: its fields, and the function that its members are the arguments of.

    `short` is the field that anything else than an object stands for, by the schema too where
    `brief`.
    """

    fields: Mapping[str, Node]
    build: Callable[..., Any]
    needs: Needs = ()
    short: str | None = None
    brief: bool = False

    def read(self, raw: Any, path: str, notes: Notes) -> Any:
        if self.short is not None and self._is_short(raw, self.fields[self.short]):
            return self._read_short(raw, path, notes, self.short)
        _check_type(raw, (dict,), path, "an object")
        members = read_members(self.fields, raw, path, notes)
        note_needs(self.needs, members, path, notes)
        return self.build(**members)

    def _is_short(self, raw: Any, field: Node) -> bool:
        if isinstance(raw, dict):
            return isinstance(field, Text) and bool(raw) and raw.keys().isdisjoint(self.fields)
        return not isinstance(raw, list)

    def _read_short(self, raw: Any, path: str, notes: Notes, name: str) -> Any:
        inner = notes
        if not self.brief:
            notes.breaks(path, "expected an object")
            inner = Notes()  # one warning at one place is enough
        value = read(self.fields[name], raw, path, inner)
        return None if value is None else self.build(**{name: value})


@dataclass(frozen=True, slots=True)
class Tally:
    """A number of things, or an array of them that is only counted."""

    words: str = "an array or a whole number"

    def read(self, raw: Any, path: str, notes: Notes) -> int:
        _check_type(raw, (list, int), path, self.words)
        if isinstance(raw, list):
            return len(raw)
        if raw < 0:
            notes.breaks(path, f"expected {self.words}")
        return max(int(raw), 0)


def read(node: Node, raw: Any, path: str, notes: Notes) -> Any:
    return None if raw is None else node.read(raw, path, notes)


def read_members(
    fields: Mapping[str, Node], raw: Mapping[str, Any], path: str, notes: Notes
) -> dict[str, Any]:
    """The members that have a value; names that the table does not know become strangers."""
    members = {}
    for name, value in raw.items():
        place = f"{path}.{shown(name)}" if path else shown(name)
        if name not in fields:
            notes.strangers.append(place)
        elif (member := read(fields[name], value, place, notes)) is not None:
            members[name] = member
    return members


def note_needs(needs: Needs, members: Mapping[str, Any], path: str, notes: Notes) -> None:
    for names in needs:
        if members.keys().isdisjoint(names):
            place = f"{path}.{names[0]}" if path else names[0]
            notes.breaks(place, f"missing: {' or '.join(names)}")


def is_blank(raw: Any) -> bool:
    return isinstance(raw, str) and not raw.strip()


def shown(name: str) -> str:
    """A name as it may stand in a path: what does not look like a name may be anybody's data."""
    return name if _NAME.fullmatch(name) else "?"


def _check_type(raw: Any, takes: tuple[type, ...], path: str, words: str) -> None:
    """Compare exactly, because `bool` is a kind of `int` for Python but not for JSON."""
    if type(raw) not in takes:
        raise Rejected("format.invalid", path, f"expected {words}")
