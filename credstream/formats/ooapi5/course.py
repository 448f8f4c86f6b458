"""Reads a course or programme of OOAPI as a definition, with its offering.

https://openonderwijsapi.nl/specification/v5/ (schemas Course, Program and Offering)
"""

from __future__ import annotations

from dataclasses import replace

from credstream.formats.ooapi5.fields import codes, language_map
from credstream.formats.ooapi5.learning import read_levels, read_outcomes, read_workload
from credstream.formats.shared.json_nodes import JsonNode, child, number_or_text, text, texts
from credstream.formats.shared.parsed import Body, Id, LargerQualification, Parsed, Value
from credstream.formats.shared.values import distinct, first

TAUGHT = ("course", "program", "component")
DEGREE_LEVELS = frozenset({"bachelor", "master", "doctoral"})


def course_of(offering: JsonNode) -> JsonNode:
    """The course or programme in an offering; without members where it is only referred to.

    OOAPI puts an object in the place of an id where a request asks for it with `expand`.
    """
    for key in TAUGHT:
        course = child(offering, key)
        if course and not course.from_text and len(course.members) > 1:
            return course
    return JsonNode({}, offering.path)


def with_course(parsed: Parsed, course: JsonNode, offering: JsonNode | None = None) -> Parsed:
    """What a course says; how it is given, its offering says where there is one."""
    offered = offering if offering is not None else course
    organisation = _organisation(course, offered)
    return replace(
        parsed,
        definition_id=first(
            number_or_text(child(course, "primaryCode"), "code"),
            text(course, "courseId"),
            text(course, "programId"),
        ),
        title=language_map(course, "name"),
        description=language_map(course, "description"),
        country=organisation.country if organisation else None,
        awarding_bodies=(organisation,) if organisation else (),
        learning_outcomes=tuple(read_outcomes(course)),
        workload=tuple(read_workload(course)),
        levels=tuple(read_levels(course)),
        assessments=distinct(language_map(course, "assessment")),
        modes=texts(offered, "modeOfDelivery") or texts(course, "modeOfDelivery"),
        schedule=first(text(offered, "modeOfStudy"), text(course, "modeOfStudy")),
        prerequisites=language_map(course, "admissionRequirements"),
        partial=_larger_qualification(course),
        url=text(course, "link"),
        identifiers=codes(course),
        languages=distinct(text(course, "teachingLanguage"), text(offered, "teachingLanguage")),
        fields=distinct(text(course, "fieldsOfStudy")),
        valid_from=text(course, "validFrom"),
        definition_valid_until=text(course, "validTo"),
        credential_type=_credential_type(course),
    )


def _organisation(course: JsonNode, offering: JsonNode) -> Body | None:
    """The organisation that is described; else the id of the course's."""
    for holder in (course, offering):
        organisation = child(holder, "organization")
        if organisation and not organisation.from_text:
            return Body(
                name=language_map(organisation, "name"),
                country=text(child(organisation, "addresses"), "countryCode"),
                identifiers=(
                    *codes(organisation),
                    *_ooapi_id(text(organisation, "organizationId")),
                ),
            )
    reference = child(course, "organization")
    return Body(identifiers=_ooapi_id(text(reference, "id"))) if reference.from_text else None


def _ooapi_id(value: Value | None) -> tuple[Id, ...]:
    return (Id(scheme="ooapi", value=value),) if value else ()


def _larger_qualification(course: JsonNode) -> LargerQualification | None:
    for key in ("programs", "parent"):
        whole = child(course, key)
        if whole:
            name = language_map(whole, "name") or text(whole, "id")
            return LargerQualification(is_part=Value(True, whole.path), qualification=name)
    return None


def _credential_type(course: JsonNode) -> Value | None:
    """A degree where a qualification of a degree's level is awarded; else the type of programme."""
    awarded = language_map(course, "qualificationAwarded")
    level = text(course, "level")
    if awarded and level and str(level.raw).lower() in DEGREE_LEVELS:
        return Value("degree", awarded.path)
    return first(text(course, "programType"), text(course, "educationSpecificationType"))
