"""Reads the language arrays and codes that every resource of OOAPI may have."""

from __future__ import annotations

from credstream.formats.shared.json_nodes import (
    UNDETERMINED,
    JsonNode,
    children,
    member_path,
    number_or_text,
    raw_values,
    text,
)
from credstream.formats.shared.parsed import Id, Value

# Values of the enumeration codeType, in lower case and without hyphens.
SCHEME_BY_CODE_TYPE = {
    "esi": "esi",
    "studentnumber": "student",
    "eckid": "eckid",
    "nationalidentitynumber": "national",
    "brin": "brin",
    "crohocrebocode": "education_program",
}


def language_map(node: JsonNode, key: str) -> Value | None:
    """An array of `{language, value}` as a map of language to text; a text stays one.

    https://openonderwijsapi.nl/specification/v5/ (schema LanguageTypedString)
    """
    by_language: dict[str, str] = {}
    for raw, _ in raw_values(node, key):
        if isinstance(raw, str) and raw.strip():
            return Value(raw, member_path(node, key))
        if isinstance(raw, dict):
            value, language = raw.get("value"), raw.get("language")
            if isinstance(value, str) and value.strip():
                tag = language if isinstance(language, str) else UNDETERMINED
                by_language.setdefault(tag, value)
    return Value(by_language, member_path(node, key)) if by_language else None


def codes(node: JsonNode) -> tuple[Id, ...]:
    """The primary code and the others, with the type of each as its scheme."""
    identifiers = []
    for entry in (*children(node, "primaryCode"), *children(node, "otherCodes")):
        kind, code = text(entry, "codeType"), number_or_text(entry, "code")
        if kind and code:
            name = str(kind.raw).replace("-", "").lower()
            identifiers.append(Id(scheme=SCHEME_BY_CODE_TYPE.get(name, name), value=code))
    return tuple(identifiers)
