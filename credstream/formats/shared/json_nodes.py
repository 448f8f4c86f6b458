"""Typed access to members of JSON objects, each value with its path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from credstream.contract.errors import Rejected
from credstream.formats.shared.parsed import Value
from credstream.formats.shared.references import References

# What is nested deeper may have the path of what it is in: a hundred levels of long names would
# make paths that are larger than the document. It is applied where all members are walked.
LONGEST_KEY, LONGEST_PATH = 60, 500
# BCP 47 has `und` for a text of undetermined language: https://www.rfc-editor.org/info/bcp47
UNDETERMINED = "und"
PREFERRED_LANGUAGES = ("en", UNDETERMINED)


@dataclass(frozen=True, slots=True)
class JsonNode:
    """A JSON object with its path in the document; a node without members is false.

    `references` holds the fullest copy of each object, for formats whose objects refer to
    one another by id. `from_text` says that the document has a text here, taken as an id.
    """

    members: Mapping[str, Any]
    path: str
    references: References[JsonNode] | None = field(default=None, repr=False, compare=False)
    from_text: bool = False

    def __bool__(self) -> bool:
        return bool(self.members)


def root(document: Any) -> JsonNode:
    """The node of a whole document; raises Rejected where it is not an object."""
    if not isinstance(document, dict):
        raise Rejected("format.invalid", "", "the document is no object")
    return JsonNode(document, "")


def member_path(node: JsonNode, key: str) -> str:
    """The path of a member, in ASCII and of bounded length."""
    # An id that was a text has no members: the path of the text is the nearest there is.
    if node.from_text:
        return node.path
    if not key.isascii():
        key = key.encode("ascii", "backslashreplace").decode("ascii")
    return f"{node.path}.{key[:LONGEST_KEY]}" if node.path else key[:LONGEST_KEY]


def raw_values(node: JsonNode, key: str) -> tuple[tuple[Any, str], ...]:
    """The values of a member with their paths: the elements of an array, or the value alone."""
    member = node.members.get(key)
    if member is None:
        return ()
    path = member_path(node, key)
    if isinstance(member, list):
        return tuple((raw, f"{path}[{n}]") for n, raw in enumerate(member) if raw is not None)
    return ((member, path),)


def children(node: JsonNode, key: str) -> tuple[JsonNode, ...]:
    """The objects of a member; a text is taken as the id of an object that has nothing else."""
    nodes = []
    for raw, path in raw_values(node, key):
        if isinstance(raw, str) and raw.strip():
            nodes.append(_resolve(JsonNode({"id": raw}, path, node.references, from_text=True)))
        elif isinstance(raw, dict):
            nodes.append(_resolve(JsonNode(raw, path, node.references)))
    return tuple(nodes)


def child(node: JsonNode, *keys: str) -> JsonNode:
    """The first object under a path of keys; a node without members where there is none."""
    for key in keys:
        found = children(node, key) if node.members.get(key) is not None else ()
        node = found[0] if found else JsonNode({}, member_path(node, key), node.references)
    return node


def is_reference(node: JsonNode) -> bool:
    """Whether the object has an id and, but for its type, nothing else."""
    return "id" in node.members and not node.members.keys() - {"id", "type"}


def texts(node: JsonNode, key: str) -> tuple[Value, ...]:
    """The texts of a member that are not blank."""
    if node.members.get(key) is None:
        return ()
    return tuple(
        Value(raw, path)
        for raw, path in raw_values(node, key)
        if isinstance(raw, str) and raw.strip()
    )


def text(node: JsonNode, key: str) -> Value | None:
    """The first text of a member."""
    member = node.members.get(key)
    # Nearly always there is one text or none; every format asks for dozens of them.
    if isinstance(member, str):
        return Value(member, member_path(node, key)) if member.strip() else None
    return next(iter(texts(node, key)), None)


def language_text(node: JsonNode, key: str) -> Value | None:
    """A text, or a map of language to text.

    JSON-LD has two notations for texts with a language, and this reads both: language maps
    (https://www.w3.org/TR/json-ld11/#language-maps) and arrays of value objects (#value-objects).
    """
    values = raw_values(node, key)
    if len(values) > 1 and all(isinstance(raw, dict) for raw, _ in values):
        merged: dict[str, str] = {}
        # The first text of a language wins, so it has to be written last.
        for raw, _ in reversed(values):
            merged.update(_language_map(raw))
        return Value(merged, member_path(node, key)) if merged else None
    for raw, path in values:
        if isinstance(raw, str) and raw.strip():
            return Value(raw, path)
        if isinstance(raw, dict) and (by_language := _language_map(raw)):
            return Value(by_language, path)
    return None


def preferred_text(value: Value | None) -> Value | None:
    """One text of a language map, English before the others."""
    if value is None or not isinstance(value.raw, Mapping):
        return value
    by_language = value.raw
    language = next((tag for tag in PREFERRED_LANGUAGES if tag in by_language), None)
    language = next(iter(by_language)) if language is None else language
    return Value(by_language[language], member_path(JsonNode({}, value.path), language))


def number_or_text(node: JsonNode, key: str) -> Value | None:
    """The first number of a member, or the text that a provider wrote in its place."""
    for raw, path in raw_values(node, key):
        is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
        if is_number or (isinstance(raw, str) and raw.strip()):
            return Value(raw, path)
    return None


def flag(node: JsonNode, key: str) -> Value | None:
    """The first truth value of a member, also where it is written as a text."""
    for raw, path in raw_values(node, key):
        if isinstance(raw, bool):
            return Value(raw, path)
        if isinstance(raw, str) and raw.lower() in {"true", "false"}:
            return Value(raw.lower() == "true", path)
    return None


def type_names(document: Any) -> frozenset[str]:
    """The type names of an object; the member may be a text, an array, or hold objects."""
    if not isinstance(document, dict):
        return frozenset()
    node = JsonNode(document, "")
    names = [raw for key in ("type", "@type") for raw, _ in raw_values(node, key)]
    return frozenset(name for name in names if isinstance(name, str))


def _resolve(node: JsonNode) -> JsonNode:
    """The full copy of an object that is only referred to here."""
    if node.references is None or not is_reference(node):
        return node
    id_ = node.members["id"]
    return (node.references.follow(id_) if isinstance(id_, str) else None) or node


def _language_map(raw: Mapping[str, Any]) -> dict[str, str]:
    if "@value" in raw:
        language = raw.get("@language")
        raw = {language if isinstance(language, str) else UNDETERMINED: raw["@value"]}
    # A language may have an array of texts; the first of them is taken.
    first_texts = {
        language: text[0] if isinstance(text, list) and text else text
        for language, text in raw.items()
        if not language.startswith("@")
    }
    return {
        language: text
        for language, text in first_texts.items()
        if isinstance(text, str) and text.strip()
    }
