"""Reads one learning opportunity of an ELMO transcript as an award.

https://github.com/emrex-eu/elmo-schemas: a LearningOpportunitySpecification (LOS) describes a
course, and the LearningOpportunityInstance (LOI) in it what the learner did of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from credstream.contract.values import Reason
from credstream.formats.elmo import people
from credstream.formats.elmo.fields import date_of, identifiers, language_text, texts
from credstream.formats.shared.parsed import Amount, Id, LevelClaim, Parsed, StatedOutcome, Value
from credstream.formats.shared.values import first
from credstream.formats.shared.xml_nodes import (
    XmlNode,
    attribute,
    child,
    children,
    descendants,
    text,
    text_of,
)

LOS, LOI = "learningOpportunitySpecification", "learningOpportunityInstance"
# The type of an attachment, from version 1.6 on.
MICRO_CREDENTIAL = "micro credential"


def read_opportunity(part: XmlNode, report_path: str, los: XmlNode) -> Parsed:
    """The award of one learning opportunity; the ones that it nests only lead to a warning.

    `part` holds the learner and the issuer of the report that `report_path` leads to.
    """
    loi = child(los, "specifies", LOI)
    issuer = replace(child(part, "issuer"), path=f"{report_path}/issuer")
    day = date_of(loi, "date")
    country = people.country(issuer)
    return Parsed(
        kind="award",
        credential_ids=identifiers(loi),
        definition_id=_definition_id(los),
        occurred_at=day,
        title=language_text(los, "title"),
        description=language_text(los, "description"),
        country=country,
        awarding_bodies=people.bodies(issuer, country),
        issued_on=day or _issued(part),
        learning_outcomes=_outcomes(los),
        workload=tuple(_workload(los)),
        starts_on=date_of(loi, "start"),
        ends_on=date_of(loi, "date"),
        levels=tuple(_levels(los, loi)),
        grade=first(
            text(loi, "resultLabel"),
            text(loi, "result"),
            text(loi, "shortenedGrading", "percentageEqual"),
        ),
        grade_scale=_grade_scale(loi),
        url=text(los, "url"),
        identifiers=identifiers(los),
        languages=texts(loi, "languageOfInstruction"),
        fields=texts(los, "iscedCode"),
        credential_type=_credential_type(los, loi),
        learner=people.learner(part),
        status=text(loi, "status"),
        findings=_nested(los),
    )


def _issued(part: XmlNode) -> Value | None:
    """The day of the report or of the transcript, for an instance without a date."""
    # It is an element of ours, beside those of the document.
    issued = child(XmlNode(part.element, part.path), "issued")
    value = text_of(issued)
    path = attribute(issued, "path")
    return Value(value.raw, str(path.raw) if path else value.path) if value else None


def _definition_id(los: XmlNode) -> Value | None:
    """The local identifier, else the first: a local one is the institution's own course code."""
    ids: tuple[Id, ...] = identifiers(los)
    local = next((id_ for id_ in ids if id_.scheme == "local"), None)
    return (local or ids[0]).value if ids else None


def _outcomes(los: XmlNode) -> tuple[StatedOutcome, ...]:
    """The description: ELMO has no element for learning outcomes."""
    description = language_text(los, "description") or language_text(los, "descriptionHtml")
    return (StatedOutcome(text=description),) if description else ()


def _workload(los: XmlNode) -> Iterator[Amount]:
    # Credits of nested opportunities are part of these. ELMO forbids credits on both, real files
    # have them nevertheless, and adding them up would count them twice.
    for credit in (*descendants(los, "specifies", LOI, "credit"), *children(los, "credit")):
        if amount := _credit(credit):
            yield amount
    # engagementHours are hours of contact, not of work.
    hours = text(los, "specifies", LOI, "engagementHours")
    if hours:
        yield Amount(unit="contact_hours", value=hours)


def _credit(credit: XmlNode) -> Amount | None:
    value, scheme = text(credit, "value"), text(credit, "scheme")
    if value is None or _is_zero(value):
        return None
    name = str(scheme.raw).strip() if scheme else ""
    if name.lower() == "ects":
        return Amount(unit="ects", value=value)
    return Amount(unit="text", value=Value(f"{value.raw} {name}".strip(), value.path))


def _is_zero(value: Value) -> bool:
    """Whether it is a zero in any notation; ELMO writes no credits so."""
    return str(value.raw).replace("0", "").strip("., ") == ""


def _levels(los: XmlNode, loi: XmlNode) -> Iterator[LevelClaim]:
    for level in (*children(loi, "level"), *children(los, "level")):
        kind, value = text(level, "type"), text(level, "value")
        if kind and value and str(kind.raw).strip().upper() == "EQF":
            yield LevelClaim(eqf=value)
        elif kind and value:
            yield LevelClaim(framework=kind, value=value)
    # The old schema has a cycle as text, in the credit or on the LOS.
    cycle = text(loi, "credit", "level") or text(los, "credit", "level") or text(los, "level")
    if cycle:
        yield LevelClaim(cycle=cycle)


def _grade_scale(loi: XmlNode) -> Value | None:
    return first(attribute(child(loi, "result"), "scheme"), text(loi, "gradingSchemeLocalId"))


def _credential_type(los: XmlNode, loi: XmlNode) -> Value | None:
    """A micro-credential by its attachment; a degree by its type or its diploma supplement."""
    attached = text(loi, "attachment", "type")
    if attached and str(attached.raw).strip().lower() == MICRO_CREDENTIAL:
        return Value("micro-credential", attached.path)
    if supplement := child(loi, "diplomaSupplement"):
        return Value("degree", supplement.path)
    kind = text(los, "type")
    return kind if kind and "degree" in str(kind.raw).lower() else None


def _nested(los: XmlNode) -> tuple[Reason, ...]:
    """A warning about nested opportunities, so that nobody misses their credits."""
    nested = descendants(los, "hasPart", LOS)
    if not nested:
        return ()
    detail = f"nested learning opportunities, taken as parts of this one: {len(nested)}"
    return (Reason(code="elmo.parts", path=f"{los.path}/hasPart", detail=detail),)
