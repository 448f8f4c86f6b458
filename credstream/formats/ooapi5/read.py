"""OOAPI 5: courses, programmes and offerings as definitions, results of associations as awards.

https://openonderwijsapi.nl/specification/v5/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.ooapi5 import parts
from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    flag,
    member_path,
    number_or_text,
    root,
    text,
)
from credstream.formats.shared.parsed import Id, Parsed, Person, Rules
from credstream.formats.shared.values import first

NAME = "ooapi5"
# By the id that only such a resource has; those that are no definition have their code.
IDS: Mapping[str, str] = {
    "associationId": "association",
    "courseId": "definition",
    "programId": "definition",
    "educationSpecificationId": "definition",
    "offeringId": "offering",
    "organizationId": "ooapi.organization",
    "personId": "ooapi.person",
    "componentId": "ooapi.not_expanded",
    "resultId": "ooapi.not_expanded",
}
PASSED = frozenset({"completed", "passed"})


def recognise(document: Any) -> bool:
    return _kind(_first_of(document)) != ""


def unfit(document: Any) -> Reason | None:
    """Of a single resource; a list is told part by part."""
    resources = tuple(_listed(document))
    kind = _kind(resources[0])
    if kind.startswith("ooapi."):
        return Reason(code=kind, path=next(each for each in IDS if each in resources[0]), detail="")
    if len(resources) == 1 and kind == "offering" and not parts.taught(root(resources[0])):
        return Reason(code="ooapi.not_expanded", path="course", detail="")
    return None


def split(document: Any, rules: Rules) -> tuple[Any, ...]:
    """One part for each resource of a page or a list."""
    del rules
    return tuple(_listed(document))


def parse(document: Any) -> Parsed:
    resource = root(document)
    kind = _kind(document)
    if kind == "association":
        return _award(resource)
    if kind == "offering":
        return _offering(resource)
    if kind == "definition":
        return parts.described(Parsed(kind="definition"), resource)
    raise Rejected(kind or "format.invalid", "", "no course, programme, offering or association")


def _listed(document: Any) -> Iterator[Any]:
    if isinstance(document, dict) and isinstance(document.get("items"), list):
        document = document["items"]
    yield from document if isinstance(document, list) else (document,)


def _first_of(document: Any) -> Any:
    return next(_listed(document), None) if isinstance(document, dict | list) else None


def _kind(document: Any) -> str:
    if not isinstance(document, dict) or "@context" in document:
        return ""
    return next((kind for name, kind in IDS.items() if name in document), "")


def _award(association: JsonNode) -> Parsed:
    """An award only where person, offering and result are told, and the result is a pass."""
    offering, result = child(association, "offering"), child(association, "result")
    taught = parts.taught(offering)
    held = bool(result) and not result.from_text
    if not held or not taught:
        where = member_path(association, "offering" if held else "result")
        raise Rejected("ooapi.not_expanded", where, "the association does not hold what it names")
    _passed(result)
    award = Parsed(
        kind="award",
        credential_id=text(association, "associationId"),
        issued_on=text(result, "resultDate"),
        learner=_learner(child(association, "person")),
        grade=first(number_or_text(result, "score"), text(result, "grade")),
        grade_scale=text(offering, "resultValueType"),
        starts_on=text(offering, "startDate"),
        ends_on=text(offering, "endDate"),
    )
    return parts.described(award, taught, offering)


def _passed(result: JsonNode) -> None:
    """Raises Rejected unless the result says that it is a pass."""
    stated = first(flag(result, "pass"), text(result, "pass"), text(result, "state"))
    if stated is not None and (stated.raw is True or str(stated.raw).lower() in PASSED):
        return
    raise Rejected("ooapi.not_passed", stated.path if stated else result.path, "no pass is told")


def _learner(person: JsonNode) -> Person | None:
    read = Person(
        identifiers=(*parts.codes(person), *_mail(person)),
        given_name=text(person, "givenName"),
        family_name=text(person, "surname"),
        full_name=text(person, "displayName"),
        birth_date=text(person, "dateOfBirth"),
        email=text(person, "mail"),
    )
    return read if read != Person() else None


def _mail(person: JsonNode) -> tuple[Id, ...]:
    mail = text(person, "mail")
    return (Id(scheme="email", value=mail),) if mail else ()


def _offering(offering: JsonNode) -> Parsed:
    taught = parts.taught(offering)
    if not taught:
        raise Rejected("ooapi.not_expanded", offering.path, "an offering without its course")
    return parts.described(Parsed(kind="definition"), taught, offering)
