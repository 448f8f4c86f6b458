"""Courses, programmes and their organisations, as OOAPI writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from credstream.formats.shared.json_nodes import (
    Node,
    amount,
    at,
    first,
    items,
    many,
    one,
    present,
    text,
    texts,
)
from credstream.formats.shared.parsed import (
    Amount,
    Body,
    Id,
    LevelClaim,
    Parsed,
    StatedOutcome,
    Value,
    Whole,
)

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


def taught(offering: Node) -> Node:
    """The course or programme that an offering holds; empty where it only names one."""
    for name in NAMES:
        found = one(offering, name)
        if found and not found.named and len(found.members) > 1:
            return found
    return Node({}, offering.path)


def described(found: Parsed, course: Node, offering: Node | None = None) -> Parsed:
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
        assessments=present(spoken(course, "assessment")),
        modes=(*texts(offered, "modeOfDelivery"), *_more(course, offered)),
        schedule=first(text(offered, "modeOfStudy"), text(course, "modeOfStudy")),
        prerequisites=spoken(course, "admissionRequirements"),
        partial=_partial(course),
        url=text(course, "link"),
        identifiers=codes(course),
        languages=present(text(course, "teachingLanguage"), text(offered, "teachingLanguage")),
        fields=present(text(course, "fieldsOfStudy")),
        valid_from=text(course, "validFrom"),
        definition_valid_until=text(course, "validTo"),
        credential_type=_type(course),
    )


def spoken(node: Node, key: str) -> Value | None:
    """An array of language and value as a map; a plain text stays one."""
    words: dict[str, str] = {}
    for each, _ in items(node, key):
        if isinstance(each, str) and each.strip():
            return Value(each, at(node, key))
        if isinstance(each, dict):
            value, language = each.get("value"), each.get("language")
            if isinstance(value, str) and value.strip():
                words.setdefault(language if isinstance(language, str) else "und", value)
    return Value(words, at(node, key)) if words else None


def codes(node: Node) -> tuple[Id, ...]:
    """The primary code and the others, each with its type as scheme."""
    found = []
    for each in (*many(node, "primaryCode"), *many(node, "otherCodes")):
        kind, code = text(each, "codeType"), amount(each, "code")
        if kind and code:
            scheme = str(kind.raw).replace("-", "").lower()
            found.append(Id(scheme=SCHEMES.get(scheme, scheme), value=code))
    return tuple(found)


def first_body(course: Node, offering: Node) -> Body | None:
    for holder in (course, offering):
        organisation = one(holder, "organization")
        if organisation and not organisation.named:
            return Body(
                name=spoken(organisation, "name"),
                country=text(one(organisation, "addresses"), "countryCode"),
                identifiers=(*codes(organisation), *_id(organisation)),
            )
    named = one(course, "organization")
    return Body(identifiers=_named(named)) if named.named else None


def _id(organisation: Node) -> tuple[Id, ...]:
    own = text(organisation, "organizationId")
    return (Id(scheme="ooapi", value=own),) if own else ()


def _named(organisation: Node) -> tuple[Id, ...]:
    own = text(organisation, "id")
    return (Id(scheme="ooapi", value=own),) if own else ()


def _code(course: Node) -> Value | None:
    return amount(one(course, "primaryCode"), "code")


def _outcomes(course: Node) -> Iterator[StatedOutcome]:
    """Each outcome is an array of one text in several languages."""
    for each, path in items(course, "learningOutcomes"):
        holder = Node({"outcome": each}, path)
        found = spoken(holder, "outcome")
        if found:
            yield StatedOutcome(text=Value(found.raw, path))


def _workload(course: Node) -> Iterator[Amount]:
    for load in many(course, "studyLoad"):
        value, unit = amount(load, "value"), text(load, "studyLoadUnit")
        if value:
            name = str(unit.raw).lower() if unit else ""
            kind = UNITS.get(name, "text")
            told = value if kind != "text" else Value(f"{value.raw} {name}".strip(), value.path)
            yield Amount(unit=kind, value=told)
    span = text(course, "duration")
    if span:
        yield Amount(unit="span", value=span)


def _levels(course: Node) -> Iterator[LevelClaim]:
    """`4+` is a level of the NLQF; the other numbers are the EQF's."""
    numbered = amount(course, "levelOfQualification")
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


def _more(course: Node, offered: Node) -> tuple[Value, ...]:
    told = offered is course or texts(offered, "modeOfDelivery")
    return () if told else texts(course, "modeOfDelivery")


def _partial(course: Node) -> Whole | None:
    for key in ("programs", "parent"):
        whole = one(course, key)
        if whole:
            name = spoken(whole, "name") or text(whole, "id")
            return Whole(is_part=Value(True, whole.path), qualification=name)
    return None


def _type(course: Node) -> Value | None:
    awarded = spoken(course, "qualificationAwarded")
    kind = first(text(course, "programType"), text(course, "educationSpecificationType"))
    level = text(course, "level")
    if awarded and level and str(level.raw).lower() in CYCLES:
        return Value("degree", awarded.path)
    return kind
