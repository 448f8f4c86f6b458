"""Courses, programmes and their organisations, as OOAPI writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    member_path,
    number_or_text,
    raw_values,
    text,
    texts,
)
from credstream.formats.shared.parsed import (
    Amount,
    Body,
    Id,
    LargerQualification,
    LevelClaim,
    Parsed,
    StatedOutcome,
    Value,
)
from credstream.formats.shared.values import distinct, first

UNITS = {"ects": "ects", "sbu": "sbu", "hour": "hours", "contacttime": "contact_hours"}
SCHEMES = {
    "esi": "esi",
    "studentnumber": "student",
    "eckid": "eckid",
    "nationalidentitynumber": "national",
    "brin": "brin",
    "crohocrebocode": "education_program",
}
CYCLES = {"bachelor": "first cycle", "master": "second cycle", "doctoral": "third cycle"}
# Levels that say nothing of the EQF.
NO_LEVEL = frozenset({"undefined", "undivided", "nt2-1", "nt2-2"})
NAMES = ("course", "program", "component")


def taught(offering: JsonNode) -> JsonNode:
    """The course or programme that an offering holds; empty where it only names one."""
    for name in NAMES:
        found = child(offering, name)
        if found and not found.from_text and len(found.members) > 1:
            return found
    return JsonNode({}, offering.path)


def described(found: Parsed, course: JsonNode, offering: JsonNode | None = None) -> Parsed:
    offered = offering if offering is not None else course
    organisation = first_body(course, offered)
    return replace(
        found,
        definition_id=first(_code(course), text(course, "courseId"), text(course, "programId")),
        title=spoken(course, "name"),
        description=spoken(course, "description"),
        country=organisation.country if organisation else None,
        awarding_bodies=(organisation,) if organisation else (),
        learning_outcomes=tuple(_outcomes(course)),
        workload=tuple(_workload(course)),
        levels=tuple(_levels(course)),
        assessments=distinct(spoken(course, "assessment")),
        modes=(*texts(offered, "modeOfDelivery"), *_more(course, offered)),
        schedule=first(text(offered, "modeOfStudy"), text(course, "modeOfStudy")),
        prerequisites=spoken(course, "admissionRequirements"),
        partial=_partial(course),
        url=text(course, "link"),
        identifiers=codes(course),
        languages=distinct(text(course, "teachingLanguage"), text(offered, "teachingLanguage")),
        fields=distinct(text(course, "fieldsOfStudy")),
        valid_from=text(course, "validFrom"),
        definition_valid_until=text(course, "validTo"),
        credential_type=_type(course),
    )


def spoken(node: JsonNode, key: str) -> Value | None:
    """An array of language and value as a map; a plain text stays one."""
    words: dict[str, str] = {}
    for each, _ in raw_values(node, key):
        if isinstance(each, str) and each.strip():
            return Value(each, member_path(node, key))
        if isinstance(each, dict):
            value, language = each.get("value"), each.get("language")
            if isinstance(value, str) and value.strip():
                words.setdefault(language if isinstance(language, str) else "und", value)
    return Value(words, member_path(node, key)) if words else None


def codes(node: JsonNode) -> tuple[Id, ...]:
    """The primary code and the others, each with its type as scheme."""
    found = []
    for each in (*children(node, "primaryCode"), *children(node, "otherCodes")):
        kind, code = text(each, "codeType"), number_or_text(each, "code")
        if kind and code:
            scheme = str(kind.raw).replace("-", "").lower()
            found.append(Id(scheme=SCHEMES.get(scheme, scheme), value=code))
    return tuple(found)


def first_body(course: JsonNode, offering: JsonNode) -> Body | None:
    for holder in (course, offering):
        organisation = child(holder, "organization")
        if organisation and not organisation.from_text:
            return Body(
                name=spoken(organisation, "name"),
                country=text(child(organisation, "addresses"), "countryCode"),
                identifiers=(*codes(organisation), *_id(organisation)),
            )
    named = child(course, "organization")
    return Body(identifiers=_named(named)) if named.from_text else None


def _id(organisation: JsonNode) -> tuple[Id, ...]:
    own = text(organisation, "organizationId")
    return (Id(scheme="ooapi", value=own),) if own else ()


def _named(organisation: JsonNode) -> tuple[Id, ...]:
    own = text(organisation, "id")
    return (Id(scheme="ooapi", value=own),) if own else ()


def _code(course: JsonNode) -> Value | None:
    return number_or_text(child(course, "primaryCode"), "code")


def _outcomes(course: JsonNode) -> Iterator[StatedOutcome]:
    """Each outcome is an array of one text in several languages."""
    for each, path in raw_values(course, "learningOutcomes"):
        holder = JsonNode({"outcome": each}, path)
        found = spoken(holder, "outcome")
        if found:
            yield StatedOutcome(text=Value(found.raw, path))


def _workload(course: JsonNode) -> Iterator[Amount]:
    for load in children(course, "studyLoad"):
        value, unit = number_or_text(load, "value"), text(load, "studyLoadUnit")
        if value:
            name = str(unit.raw).lower() if unit else ""
            kind = UNITS.get(name, "text")
            told = value if kind != "text" else Value(f"{value.raw} {name}".strip(), value.path)
            yield Amount(unit=kind, value=told)
    span = text(course, "duration")
    if span:
        yield Amount(unit="span", value=span)


def _levels(course: JsonNode) -> Iterator[LevelClaim]:
    """`4+` is a level of the NLQF; the other numbers are the EQF's."""
    numbered = number_or_text(course, "levelOfQualification")
    if numbered and str(numbered.raw).endswith("+"):
        yield LevelClaim(framework=Value("NLQF", numbered.path), value=numbered)
    elif numbered:
        yield LevelClaim(eqf=numbered)
    named = text(course, "level")
    if named is None or str(named.raw).lower() in NO_LEVEL:
        return
    cycle = CYCLES.get(str(named.raw).lower())
    if cycle:
        yield LevelClaim(cycle=Value(cycle, named.path))
    elif str(named.raw)[-1:].isdigit():
        number = Value(str(named.raw)[-1], named.path)
        yield LevelClaim(framework=Value("MBO", named.path), value=number)


def _more(course: JsonNode, offered: JsonNode) -> tuple[Value, ...]:
    told = offered is course or texts(offered, "modeOfDelivery")
    return () if told else texts(course, "modeOfDelivery")


def _partial(course: JsonNode) -> LargerQualification | None:
    for key in ("programs", "parent"):
        whole = child(course, key)
        if whole:
            name = spoken(whole, "name") or text(whole, "id")
            return LargerQualification(is_part=Value(True, whole.path), qualification=name)
    return None


def _type(course: JsonNode) -> Value | None:
    awarded = spoken(course, "qualificationAwarded")
    kind = first(text(course, "programType"), text(course, "educationSpecificationType"))
    level = text(course, "level")
    if awarded and level and str(level.raw).lower() in CYCLES:
        return Value("degree", awarded.path)
    return kind
