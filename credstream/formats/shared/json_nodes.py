"""Typed looks into JSON that puts one object or an array anywhere, each value with its path."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.parsed import Id, Value

LONGEST_KEY = 60
MOMENT = re.compile(
    r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(?P<zone>Z|[+-]\d\d:\d\d)?", re.ASCII
)
PREFERRED_LANGUAGES = ("en", "und")
SCHEMES = {
    "did:": "did",
    "https:": "url",
    "http:": "url",
    "mailto:": "email",
    "urn:uuid:": "uuid",
    "urn:": "urn",
}


@dataclass(frozen=True, slots=True)
class Node:
    """An object and the path where it stands; empty (and false) where there was none.

    `known` holds the fullest copy of each object by its id, for formats that refer by id.
    `named` tells that a text stood there and was taken as the id.
    """

    members: Mapping[str, Any]
    path: str
    known: Mapping[str, Node] = field(default_factory=dict, repr=False, compare=False)
    named: bool = False

    def __bool__(self) -> bool:
        return bool(self.members)


def root(document: Any) -> Node:
    """The document itself; raises Rejected where it is no object."""
    if not isinstance(document, dict):
        raise Rejected("format.invalid", "", "the document is no object")
    return Node(document, "")


def at(node: Node, key: str) -> str:
    """The path of a member, in ASCII and of bounded length."""
    if node.named:
        return node.path
    if not key.isascii():
        key = key.encode("ascii", "backslashreplace").decode("ascii")
    return f"{node.path}.{key[:LONGEST_KEY]}" if node.path else key[:LONGEST_KEY]


def items(node: Node, key: str) -> tuple[tuple[Any, str], ...]:
    """What stands under the key, one by one, with paths; nulls are nothing."""
    found = node.members.get(key)
    if found is None:
        return ()
    path = at(node, key)
    if isinstance(found, list):
        return tuple((each, f"{path}[{n}]") for n, each in enumerate(found) if each is not None)
    return ((found, path),)


def many(node: Node, key: str) -> tuple[Node, ...]:
    """The objects under the key; a text counts as an object of which only the id is told."""
    found = []
    for each, path in items(node, key):
        if isinstance(each, str) and each.strip():
            found.append(_resolved(Node({"id": each}, path, node.known, named=True)))
        elif isinstance(each, dict):
            found.append(_resolved(Node(each, path, node.known)))
    return tuple(found)


def one(node: Node, key: str) -> Node:
    """The first object under the key, or an empty one."""
    if node.members.get(key) is None:
        return Node({}, at(node, key), node.known)
    return next(iter(many(node, key)), Node({}, at(node, key), node.known))


def bare(node: Node) -> bool:
    """Whether the object only names another one."""
    return "id" in node.members and not node.members.keys() - {"id", "type"}


def follow(node: Node, *keys: str) -> Node:
    for key in keys:
        node = one(node, key)
    return node


def texts(node: Node, key: str) -> tuple[Value, ...]:
    if node.members.get(key) is None:
        return ()
    return tuple(
        Value(each, path)
        for each, path in items(node, key)
        if isinstance(each, str) and each.strip()
    )


def text(node: Node, key: str) -> Value | None:
    found = node.members.get(key)
    # Nearly always there is one text or none; every format asks for dozens of them.
    if isinstance(found, str):
        return Value(found, at(node, key)) if found.strip() else None
    return next(iter(texts(node, key)), None)


def words(node: Node, key: str) -> Value | None:
    """A text or a map of language to text, also as JSON-LD value objects."""
    found = items(node, key)
    if len(found) > 1 and all(isinstance(each, dict) for each, _ in found):
        merged: dict[str, str] = {}
        for each, _ in reversed(found):
            merged.update(_language_map(each))
        return Value(merged, at(node, key)) if merged else None
    for each, path in found:
        if isinstance(each, str) and each.strip():
            return Value(each, path)
        if isinstance(each, dict) and (spoken := _language_map(each)):
            return Value(spoken, path)
    return None


def plain(value: Value | None) -> Value | None:
    """One text of a language map, English before the others."""
    if value is None or not isinstance(value.raw, Mapping):
        return value
    language = next((each for each in PREFERRED_LANGUAGES if each in value.raw), None)
    language = next(iter(value.raw)) if language is None else language
    return Value(value.raw[language], at(Node({}, value.path), language))


def amount(node: Node, key: str) -> Value | None:
    """A number, or the text that stands in its place."""
    for each, path in items(node, key):
        number = isinstance(each, int | float) and not isinstance(each, bool)
        if number or (isinstance(each, str) and each.strip()):
            return Value(each, path)
    return None


def flag(node: Node, key: str) -> Value | None:
    for each, path in items(node, key):
        if isinstance(each, bool):
            return Value(each, path)
        if isinstance(each, str) and each.lower() in {"true", "false"}:
            return Value(each.lower() == "true", path)
    return None


def types(document: Any) -> frozenset[str]:
    """The type names of an object; the member may be a text, an array, or hold objects."""
    if not isinstance(document, dict):
        return frozenset()
    found = [each for key in ("type", "@type") for each, _ in items(Node(document, ""), key)]
    return frozenset(each for each in found if isinstance(each, str))


def first(*values: Value | None) -> Value | None:
    return next((each for each in values if each is not None), None)


def present(*values: Value | None) -> tuple[Value, ...]:
    """The values that are there, each content once."""
    kept: dict[Any, Value] = {}
    for each in values:
        if each is not None:
            kept.setdefault(_content(each), each)
    return tuple(kept.values())


def address(value: Value | None) -> tuple[Id, ...]:
    """An id with the scheme that its spelling shows."""
    if value is None or not isinstance(value.raw, str):
        return ()
    spelt = value.raw.lower()
    scheme = next((name for start, name in SCHEMES.items() if spelt.startswith(start)), "id")
    shorter = value.raw[len("mailto:") :] if scheme == "email" else value.raw
    return (Id(scheme=scheme, value=Value(shorter, value.path)),) if shorter.strip() else ()


def strangers(node: Node, known: Collection[str]) -> tuple[str, ...]:
    """Paths of members that the format does not define."""
    return tuple(at(node, key) for key in node.members if key not in known)


def moment(written: Any, *, zoned: bool = False) -> datetime | None:
    """The instant of a legal xsd:dateTime; nothing for any other spelling.

    24 o'clock and years beyond 9999 are legal and rare; they count as no instant.
    """
    shape = MOMENT.fullmatch(written) if isinstance(written, str) else None
    if shape is None or (zoned and not shape["zone"]):
        return None
    try:
        return datetime.fromisoformat(shape[0])
    except ValueError:
        return None


def backwards(start: Value | None, end: Value | None) -> tuple[Reason, ...]:
    """A finding where the validity ends before it begins."""
    if start is None or end is None:
        return ()
    begins, ends = moment(start.raw), moment(end.raw)
    # A time without zone and one with a zone have no order.
    if begins is None or ends is None or (begins.tzinfo is None) != (ends.tzinfo is None):
        return ()
    if ends >= begins:
        return ()
    return (Reason(code="validity.reversed", path=end.path, detail=f"{end.raw} < {start.raw}"),)


def listed(node: Node, *keys: str) -> tuple[Reason, ...]:
    """A finding where a status list is named; nothing is fetched while a record passes."""
    status = next((each for key in keys for each in many(node, key) if each), None)
    if status is None:
        return ()
    kind = first(text(status, "type"), text(status, "id"))
    detail = str(kind.raw)[:LONGEST_KEY] if kind else "a status list"
    return (Reason(code="status.unchecked", path=status.path, detail=detail),)


def violation(path: str, detail: str) -> Reason:
    return Reason(code="schema.violation", path=path, detail=detail)


def missing(node: Node, keys: Iterable[str]) -> tuple[Reason, ...]:
    """A violation for each required member that is absent, null or empty."""
    empty: tuple[Any, ...] = (None, "", [], {})
    return tuple(
        violation(at(node, key), "a required member is missing")
        for key in keys
        if node.members.get(key) in empty
    )


def _resolved(node: Node) -> Node:
    if not node.known or not bare(node) or not isinstance(node.members["id"], str):
        return node
    return node.known.get(node.members["id"], node)


def _language_map(found: Mapping[str, Any]) -> dict[str, str]:
    if "@value" in found:
        language = found.get("@language")
        found = {language if isinstance(language, str) else "und": found["@value"]}
    spoken = {
        language: each[0] if isinstance(each, list) and each else each
        for language, each in found.items()
        if not language.startswith("@")
    }
    return {key: each for key, each in spoken.items() if isinstance(each, str) and each.strip()}


def _content(value: Value) -> Any:
    if isinstance(value.raw, Mapping):
        return frozenset(value.raw.items())
    return (type(value.raw), value.raw)
