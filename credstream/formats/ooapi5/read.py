"""OOAPI 5: courses, programmes and offerings as definitions, results of associations as awards.

https://openonderwijsapi.nl/specification/v5/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.ooapi5.course import course_of, with_course
from credstream.formats.ooapi5.fields import codes
from credstream.formats.shared.budget import Budget
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
# The kind of a resource by the id that only such a resource has; a code where it is no award and
# no definition.
KIND_BY_ID: Mapping[str, str] = {
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
    return isinstance(document, dict | list) and _kind(next(_resources(document), None)) != ""


def unfit(document: Any) -> Reason | None:
    """The reason for a single resource; of a list each part has its own."""
    resources = tuple(_resources(document))
    kind = _kind(resources[0])
    if kind.startswith("ooapi."):
        path = next(key for key in KIND_BY_ID if key in resources[0])
        return Reason(code=kind, path=path, detail="")
    if len(resources) == 1 and kind == "offering" and not course_of(root(resources[0])):
        return Reason(code="ooapi.not_expanded", path="course", detail="")
    return None


def split(document: Any, rules: Rules) -> Iterable[Any]:
    """One part for each resource of a page or a list."""
    del rules
    return _resources(document)


def parse(document: Any, budget: Budget | None = None) -> Parsed:
    del budget
    resource = root(document)
    kind = _kind(document)
    if kind == "association":
        return _award(resource)
    if kind == "offering":
        return _offering(resource)
    if kind == "definition":
        return with_course(Parsed(kind="definition"), resource)
    raise Rejected(kind or "format.invalid", "", "no course, programme, offering or association")


def _resources(document: Any) -> Iterator[Any]:
    """The resources of a list or of a page, which has them under `items`; else the document."""
    if isinstance(document, dict) and isinstance(document.get("items"), list):
        document = document["items"]
    yield from document if isinstance(document, list) else (document,)


def _kind(resource: Any) -> str:
    # With a context it is JSON-LD of some vocabulary, which may use one of these names.
    if not isinstance(resource, dict) or "@context" in resource:
        return ""
    return next((kind for key, kind in KIND_BY_ID.items() if key in resource), "")


def _award(association: JsonNode) -> Parsed:
    """The award of an association that holds offering and result, and whose result is a pass."""
    offering, result = child(association, "offering"), child(association, "result")
    course = course_of(offering)
    has_result = bool(result) and not result.from_text
    if not has_result or not course:
        path = member_path(association, "offering" if has_result else "result")
        raise Rejected("ooapi.not_expanded", path, "the association does not hold what it names")
    _check_passed(result)
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
    return with_course(award, course, offering)


def _check_passed(result: JsonNode) -> None:
    """Raises Rejected unless the result says that it is a pass."""
    stated = first(flag(result, "pass"), text(result, "pass"), text(result, "state"))
    if stated is not None and (stated.raw is True or str(stated.raw).lower() in PASSED):
        return
    raise Rejected("ooapi.not_passed", stated.path if stated else result.path, "no pass is told")


def _learner(person: JsonNode) -> Person | None:
    email = text(person, "mail")
    learner = Person(
        identifiers=(*codes(person), *((Id(scheme="email", value=email),) if email else ())),
        given_name=text(person, "givenName"),
        family_name=text(person, "surname"),
        full_name=text(person, "displayName"),
        birth_date=text(person, "dateOfBirth"),
        email=email,
    )
    return learner if learner != Person() else None


def _offering(offering: JsonNode) -> Parsed:
    course = course_of(offering)
    if not course:
        raise Rejected("ooapi.not_expanded", offering.path, "an offering without its course")
    return with_course(Parsed(kind="definition"), course, offering)
