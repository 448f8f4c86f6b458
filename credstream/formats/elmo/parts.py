"""The learner, the issuer and one learning opportunity of an ELMO transcript."""

from __future__ import annotations

from collections.abc import Iterator

from credstream.contract.values import Reason
from credstream.formats.shared.parsed import (
    Amount,
    Body,
    Id,
    LevelClaim,
    Parsed,
    Person,
    StatedOutcome,
    Value,
)
from credstream.formats.shared.values import first
from credstream.formats.shared.xml_nodes import (
    XmlNode,
    attribute,
    child,
    children,
    descendants,
    language_map,
    text,
    text_of,
)

LOS, LOI = "learningOpportunitySpecification", "learningOpportunityInstance"
LEARNER_SCHEMES = {
    "europeanstudentidentifier": "esi",
    "esi": "esi",
    "nationalidentifier": "national",
    "citizenidentifier": "national",
    "ssn": "national",
    "personnummer": "national",
    "studentidentifier": "student",
    "studentindentifier": "student",  # so in real files
    "local": "student",
}
# The old prefixes of Erasmus codes that are no country codes of today.
ERASMUS = {
    "A": "AT", "B": "BE", "D": "DE", "E": "ES", "F": "FR", "G": "GR", "I": "IT", "IRL": "IE",
    "LUX": "LU", "N": "NO", "P": "PT", "S": "SE", "SF": "FI",
}  # fmt: skip
MICRO = "micro credential"
DIPLOMA = "diplomaSupplement"


def read(holder: XmlNode, report: XmlNode, los: XmlNode) -> Parsed:
    """The award of one learning opportunity; its parts are named and add nothing."""
    loi = child(los, "specifies", LOI)
    issuer = XmlNode(child(holder, "issuer").element, f"{report.path}/issuer")
    day = _day(loi, "date")
    place = _country(issuer)
    return Parsed(
        kind="award",
        credential_ids=_ids(loi, "identifier"),
        definition_id=_definition_id(los),
        occurred_at=day,
        title=language_map(children(los, "title")),
        description=language_map(children(los, "description")),
        country=place,
        awarding_bodies=_bodies(issuer, place),
        issued_on=day or _stated(holder),
        learning_outcomes=_learned(los),
        workload=tuple(_workload(los)),
        starts_on=_day(loi, "start"),
        ends_on=_day(loi, "date"),
        levels=tuple(_levels(los, loi)),
        grade=first(text(loi, "resultLabel"), text(loi, "result"), _shortened(loi)),
        grade_scale=_scale(loi),
        url=text(los, "url"),
        identifiers=_ids(los, "identifier"),
        languages=_several(loi, "languageOfInstruction"),
        fields=_several(los, "iscedCode"),
        credential_type=_kind(los, loi),
        learner=_learner(holder),
        status=text(loi, "status"),
        findings=_findings(los),
    )


def _several(spot: XmlNode, name: str) -> tuple[Value, ...]:
    return tuple(found for each in children(spot, name) if (found := text_of(each)))


def _day(spot: XmlNode, name: str) -> Value | None:
    """A date, with the pattern that old files write beside it."""
    for each in children(spot, name):
        pattern = attribute(each, "dtf")
        found = text_of(each, str(pattern.raw) if pattern else "")
        if found:
            return found
    return None


def _stated(holder: XmlNode) -> Value | None:
    """The day of the report or of the file, where the instance has none."""
    issued = child(holder, "issued")
    found = text_of(issued)
    where = attribute(issued, "path")
    return Value(found.raw, str(where.raw) if where else found.path) if found else None


def _ids(spot: XmlNode, name: str) -> tuple[Id, ...]:
    return tuple(
        Id(scheme=str(kind.raw).lower() if (kind := attribute(each, "type")) else "id", value=found)
        for each in children(spot, name)
        if (found := text_of(each))
    )


def _definition_id(los: XmlNode) -> Value | None:
    ids = _ids(los, "identifier")
    own = next((each for each in ids if each.scheme == "local"), None)
    return (own or ids[0]).value if ids else None


def _country(issuer: XmlNode) -> Value | None:
    """As stated, else the country that the Erasmus code begins with."""
    stated = text(issuer, "country")
    if stated:
        return stated
    for each in _ids(issuer, "identifier"):
        prefix = str(each.value.raw).split(" ")[0].upper()
        if each.scheme == "erasmus" and prefix:
            return Value(ERASMUS.get(prefix, prefix), each.value.path)
    return None


def _bodies(issuer: XmlNode, country: Value | None) -> tuple[Body, ...]:
    page = text(issuer, "url")
    ids = _ids(issuer, "identifier")
    own = (*ids, Id(scheme="url", value=page)) if page else ids
    body = Body(name=language_map(children(issuer, "title")), country=country, identifiers=own)
    return (body,) if body.name or body.identifiers else ()


def _learned(los: XmlNode) -> tuple[StatedOutcome, ...]:
    """Free text: ELMO has no place for learning outcomes, and its description tells of them."""
    found = language_map(children(los, "description")) or language_map(
        children(los, "descriptionHtml")
    )
    return (StatedOutcome(text=found),) if found else ()


def _workload(los: XmlNode) -> Iterator[Amount]:
    """The credits of the node itself: those of its parts are in them and are never added."""
    for each in (*descendants(los, "specifies", LOI, "credit"), *children(los, "credit")):
        if found := _credit(each):
            yield found
    hours = text(los, "specifies", LOI, "engagementHours")
    if hours:
        yield Amount(unit="contact_hours", value=hours)


def _credit(spot: XmlNode) -> Amount | None:
    value, scheme = text(spot, "value"), text(spot, "scheme")
    if value is None or _zero(value):
        return None
    name = str(scheme.raw).strip() if scheme else ""
    if name.lower() == "ects":
        return Amount(unit="ects", value=value)
    return Amount(unit="text", value=Value(f"{value.raw} {name}".strip(), value.path))


def _zero(value: Value) -> bool:
    return str(value.raw).replace("0", "").strip("., ") == ""


def _levels(los: XmlNode, loi: XmlNode) -> Iterator[LevelClaim]:
    for each in (*children(loi, "level"), *children(los, "level")):
        kind, value = text(each, "type"), text(each, "value")
        if kind and value and str(kind.raw).strip().upper() == "EQF":
            yield LevelClaim(eqf=value)
        elif kind and value:
            yield LevelClaim(framework=kind, value=value)
    cycle = text(loi, "credit", "level") or text(los, "credit", "level") or text(los, "level")
    if cycle:
        yield LevelClaim(cycle=cycle)


def _shortened(loi: XmlNode) -> Value | None:
    return text(loi, "shortenedGrading", "percentageEqual")


def _scale(loi: XmlNode) -> Value | None:
    return first(attribute(child(loi, "result"), "scheme"), text(loi, "gradingSchemeLocalId"))


def _kind(los: XmlNode, loi: XmlNode) -> Value | None:
    """What tells a degree from a course: its type, or the supplement that only diplomas have."""
    attached = text(loi, "attachment", "type")
    if attached and str(attached.raw).strip().lower() == MICRO:
        return Value("micro-credential", attached.path)
    if supplement := child(loi, DIPLOMA):
        return Value("degree", supplement.path)
    kind = text(los, "type")
    return kind if kind and "degree" in str(kind.raw).lower() else None


def _learner(holder: XmlNode) -> Person | None:
    learner = child(holder, "learner")
    path = "/elmo/learner"
    learner = XmlNode(learner.element, path)
    ids = tuple(
        Id(scheme=LEARNER_SCHEMES.get(each.scheme, each.scheme), value=each.value)
        for each in _ids(learner, "identifier")
    )
    person = Person(
        identifiers=ids,
        full_name=text(learner, "fullName"),
        given_name=text(learner, "givenNames"),
        family_name=text(learner, "familyName"),
        birth_date=_day(learner, "bday"),
        email=text(learner, "email"),
    )
    return person if person != Person() else None


def _findings(los: XmlNode) -> tuple[Reason, ...]:
    """Nested opportunities are parts: told, so that nobody misses their credits."""
    nested = descendants(los, "hasPart", LOS)
    if not nested:
        return ()
    detail = f"nested learning opportunities, taken as parts of this one: {len(nested)}"
    return (Reason(code="elmo.parts", path=f"{los.path}/hasPart", detail=detail),)
