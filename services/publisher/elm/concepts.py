"""The coded values of a credential: the list of each, its members, and how a value is written.

The schemes are those that EDC-generic-full enforces or advises, each with its release 25831c2.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import cache

from credstream.vocabularies import (
    assessment,
    countries,
    eqf,
    esco,
    isced_f,
    languages,
    nqf,
    participation,
    supervision,
    target_groups,
)
from credstream.vocabularies import credits as credit_points

_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_SNB = "http://data.europa.eu/snb/"

# The profile whose shapes are EDC-generic-full; base64 is the only encoding of its list.
GENERIC = f"{_SNB}credential/e34929035b"
BASE64 = f"{_SNB}encoding/6146cde7dd"
PNG = f"{_AUTHORITY}file-type/PNG"
SETTINGS: Mapping[str, tuple[str, str]] = {
    "formal": (f"{_SNB}learning-setting/6fd4685715", "formal learning"),
    "non-formal": (f"{_SNB}learning-setting/e207a81fc7", "non-formal learning"),
}


class _Skills:
    """ESCO's skills: too many to hold, so that only the form of an address is checked."""

    def __contains__(self, uri: object) -> bool:
        return isinstance(uri, str) and esco.skill_uri(uri) == uri


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes; `notation` is its name where official samples repeat it in each value."""

    scheme: str
    members: Callable[[], Container[object]]
    notation: str | None = None


def _snb(name: str, members: Callable[[], Container[object]]) -> CodeList:
    return CodeList(f"{_SNB}{name}/25831c2", members)


def _authority(name: str, members: Callable[[], Container[object]]) -> CodeList:
    return CodeList(_AUTHORITY + name, members, name)


def _nqf_levels() -> frozenset[str]:
    return frozenset(
        uri
        for framework in nqf.all_frameworks()
        for level in nqf.levels(framework)
        if (uri := nqf.level_uri(framework, level))
    )


LISTS: Mapping[str, CodeList] = {
    "profile": _snb("credential", lambda: {GENERIC}),
    "encoding": _snb("encoding", lambda: {BASE64}),
    "file-type": _authority("file-type", lambda: {PNG}),
    "country": _authority(
        "country", lambda: {countries.authority_uri(each) for each in countries.all_countries()}
    ),
    "language": _authority(
        "language", lambda: {languages.authority_uri(each) for each in languages.all_languages()}
    ),
    "eqf": _snb("eqf", lambda: {eqf.uri(level) for level in range(1, 9)}),
    "nqf": _snb("qdr", _nqf_levels),
    "field": _snb("isced-f", lambda: {isced_f.uri(each) for each in isced_f.all_fields()}),
    "mode": _snb("learning-assessment", lambda: {each.uri for each in participation.all_modes()}),
    "assessment": _snb("assessment", lambda: {each.uri for each in assessment.all_assessments()}),
    "credit": _snb(
        "education-credit", lambda: {e.uri for e in credit_points.all_credit_frameworks()}
    ),
    "target": _snb(
        "target-group", lambda: {each.uri for each in target_groups.all_target_groups()}
    ),
    "supervision": _snb(
        "supervision-verification", lambda: {e.uri for e in supervision.all_supervisions()}
    ),
    "setting": _snb("learning-setting", lambda: {uri for uri, _ in SETTINGS.values()}),
    "skill": CodeList("http://data.europa.eu/esco/concept-scheme/skills", _Skills),
}


def concept(name: str, uri: str | None, label: str = "") -> dict[str, object] | None:
    """One value of a list as the document has it; None where the list has no code for it."""
    if uri is None:
        return None
    codes = LISTS[name]
    written: dict[str, object] = {
        "id": uri,
        "type": "Concept",
        "inScheme": {"id": codes.scheme, "type": "ConceptScheme"},
    }
    if codes.notation:
        written["notation"] = codes.notation
    if label:
        written["prefLabel"] = {"en": label}
    return written


@cache
def members(name: str) -> Container[object]:
    return LISTS[name].members()


def country(value: str | None) -> dict[str, object] | None:
    code = countries.country(value or "")
    return (
        concept("country", countries.authority_uri(code), countries.label(code)) if code else None
    )


def language(value: str) -> dict[str, object] | None:
    code = languages.language(value)
    return (
        concept("language", languages.authority_uri(code), languages.label(code)) if code else None
    )


def eqf_level(level: int | None) -> dict[str, object] | None:
    if level is None or level not in range(1, 9):
        return None
    return concept("eqf", eqf.uri(level), eqf.label(level))


def nqf_level(framework: str | None, value: str | None) -> dict[str, object] | None:
    known = nqf.framework(framework or "")
    if known is None or not value:
        return None
    return concept("nqf", nqf.level_uri(known, value), f"{known.code} {value}")


def field(value: str) -> dict[str, object] | None:
    code = isced_f.field(value)
    return concept("field", isced_f.uri(code), isced_f.label(code)) if code else None


def mode(code: str) -> dict[str, object] | None:
    value = participation.mode(code)
    return concept("mode", value.uri, value.label) if value else None


def credit_framework(code: str) -> dict[str, object] | None:
    value = credit_points.credit_framework(code)
    return concept("credit", value.uri, value.label) if value else None


def target_group(code: str) -> dict[str, object] | None:
    value = target_groups.target_group(code)
    return concept("target", value.uri, value.label) if value else None


def supervised(code: str | None, *, identity_verified: bool | None) -> dict[str, object] | None:
    """The form of supervision, where the European list has it with this check of identity."""
    for form in supervision.all_supervisions():
        if form.uri and (form.code, form.identity_verified) == (code, identity_verified):
            return concept("supervision", form.uri, form.label)
    return None
