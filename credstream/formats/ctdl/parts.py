"""What one node of a CTDL graph says, with the organisations and competencies that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from credstream.contract.values import Reason
from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    language_text,
    member_path,
    number_or_text,
    raw_values,
    text,
    texts,
)
from credstream.formats.shared.parsed import (
    Amount,
    Assurance,
    Body,
    Id,
    LargerQualification,
    LevelClaim,
    Parsed,
    StatedOutcome,
    Value,
)
from credstream.formats.shared.values import first

QUALITY = ("accreditedBy", "approvedBy", "recognizedBy", "regulatedBy")
OWNERS = ("ownedBy", "offeredBy", "owner", "creator")
DURATIONS = ("exactDuration", "minimumDuration", "maximumDuration")
EUROPEAN = ("data.europa.eu/snb/eqf", "european qualifications framework")
ENDED = ("deprecated", "ceased", "suspended", "discontinued")
Known = Mapping[str, Mapping[str, Any]]


def read(node: JsonNode, known: Known) -> Parsed:
    bodies = tuple(_bodies(node, known))
    return Parsed(
        kind="definition",
        definition_id=first(text(node, "ctid"), text(node, "cTID"), text(node, "@id")),
        title=language_text(node, "name"),
        description=language_text(node, "description"),
        country=first(*(each.country for each in bodies)),
        awarding_bodies=bodies,
        learning_outcomes=tuple(_outcomes(node, known)),
        workload=tuple(_workload(node)),
        levels=tuple(_levels(node)),
        assessments=_terms(node, "assessmentMethodType"),
        modes=(*_terms(node, "deliveryType"), *_terms(node, "learningDeliveryType")),
        quality_assurance=tuple(_assurances(node, known)),
        prerequisites=_entry(node),
        partial=_partial(node, known),
        url=_address(node, "subjectWebpage"),
        identifiers=_identifiers(node),
        languages=texts(node, "inLanguage"),
        valid_from=text(node, "dateEffective"),
        definition_valid_until=text(node, "expirationDate"),
        findings=tuple(_findings(node)),
    )


def kind(node: JsonNode, names: frozenset[str], *, degree: bool) -> Value | None:
    """The class of the node; every class of degree is one to the rules of scope."""
    name = next(iter(sorted(names)), None)
    return Value("degree" if degree else name, member_path(node, "@type")) if name else None


def _bodies(node: JsonNode, known: Known) -> Iterator[Body]:
    seen: set[Any] = set()
    for key in OWNERS:
        for each, path in raw_values(node, key):
            named = each.get("@id", each.get("name")) if isinstance(each, dict) else each
            if not isinstance(named, str | dict) or str(named) in seen:
                continue
            seen.add(str(named))
            body = _body(each, path, known)
            if body != Body():
                yield body


def _body(each: Any, path: str, known: Known) -> Body:
    own = (
        {key.rpartition(":")[2]: value for key, value in each.items()}
        if isinstance(each, dict)
        else {}
    )
    address = each if isinstance(each, str) else own.get("@id")
    told = JsonNode({**(known.get(address, {}) if isinstance(address, str) else {}), **own}, path)
    ids: tuple[Id, ...] = ()
    if isinstance(address, str) and address.startswith(("http://", "https://")):
        ids = (Id(scheme="url", value=Value(address, path)),)
    place = child(told, "address")
    country = first(
        language_text(place, "ceterms:addressCountry"), language_text(place, "addressCountry")
    )
    return Body(name=language_text(told, "name"), country=_plain(country), identifiers=ids)


def _plain(value: Value | None) -> Value | None:
    if value is None or isinstance(value.raw, str):
        return value
    return (
        Value(next(iter(value.raw.values())), value.path)
        if isinstance(value.raw, Mapping)
        else value
    )


def _outcomes(node: JsonNode, known: Known) -> Iterator[StatedOutcome]:
    """What is taught or assessed, and what a condition asks for."""
    holders = (node, *children(node, "requires"))
    for holder in holders:
        for key in ("teaches", "assesses", "targetCompetency", "ceterms:targetCompetency"):
            for each, path in raw_values(holder, key):
                found = _outcome(each, path, known)
                if found:
                    yield StatedOutcome(text=found)


def _outcome(each: Any, path: str, known: Known) -> Value | None:
    if isinstance(each, str):
        told = JsonNode(known.get(each, {}), path)
        return first(language_text(told, "competencyText"), language_text(told, "name"))
    alignment = JsonNode(_unprefixed(each), path) if isinstance(each, dict) else JsonNode({}, path)
    return first(
        language_text(alignment, "targetNodeName"),
        language_text(alignment, "targetNodeDescription"),
    )


def _unprefixed(found: Mapping[str, Any]) -> dict[str, Any]:
    return {key.rpartition(":")[2]: each for key, each in found.items()}


def _workload(node: JsonNode) -> Iterator[Amount]:
    for profile in children(node, "estimatedDuration"):
        told = JsonNode(_unprefixed(profile.members), profile.path)
        for name in DURATIONS:
            found = text(told, name)
            if found:
                hours = str(found.raw).upper().startswith("PT")
                yield Amount(unit="duration" if hours else "span", value=found)
    for profile in (
        *children(node, "creditValue"),
        *(c for r in children(node, "requires") for c in children(r, "creditValue")),
    ):
        yield from _credit(JsonNode(_unprefixed(profile.members), profile.path))


def _credit(profile: JsonNode) -> Iterator[Amount]:
    """Semester hours are no ECTS: a unit is read by its name, and kept beside the number."""
    value = number_or_text(profile, "value")
    unit = next(iter(_terms(profile, "creditUnitType")), None)
    if value:
        name = str(unit.raw).rpartition(":")[2] if unit else ""
        european = name.lower() in {"ects", "ectscredit", "europeancredit"}
        told = value if european else Value(f"{value.raw} {name}".strip(), value.path)
        yield Amount(unit="ects" if european else "text", value=told)


def _levels(node: JsonNode) -> Iterator[LevelClaim]:
    """Only what names the European framework: an audience's level is none."""
    for key in ("educationalLevelType", "audienceLevelType", "level"):
        for each in children(node, key):
            told = JsonNode(_unprefixed(each.members), each.path)
            spelt = " ".join(
                str(found.raw)
                for n in ("targetNode", "framework", "@id", "id")
                if (found := text(told, n))
            )
            name = language_text(told, "frameworkName")
            spelt = f"{spelt} {name.raw if name else ''}".lower()
            level = first(
                text(told, "codedNotation"),
                text(told, "targetNode"),
                text(told, "@id"),
                text(told, "id"),
            )
            if level and any(each_ in spelt for each_ in EUROPEAN):
                yield LevelClaim(eqf=level)


def _terms(node: JsonNode, key: str) -> tuple[Value, ...]:
    """Names of terms, by the text beside a node or by the node itself."""
    found = []
    for each in children(node, key):
        told = JsonNode(_unprefixed(each.members), each.path)
        value = first(
            _plain(language_text(told, "targetNodeName")),
            text(told, "targetNode"),
            text(told, "id"),
        )
        if value:
            found.append(value)
    return tuple(found)


def _assurances(node: JsonNode, known: Known) -> Iterator[Assurance]:
    for key in QUALITY:
        for each, path in raw_values(node, key):
            body = _body(each, path, known)
            name = body.name or next((i.value for i in body.identifiers), None)
            if name:
                yield Assurance(type=Value("external", path), body=name)


def _entry(node: JsonNode) -> Value | None:
    for each in children(node, "entryCondition"):
        told = JsonNode(_unprefixed(each.members), each.path)
        found = first(language_text(told, "description"), language_text(told, "name"))
        if found:
            return found
    return None


def _partial(node: JsonNode, known: Known) -> LargerQualification | None:
    for each, path in raw_values(node, "isPartOf"):
        address = each if isinstance(each, str) else None
        name = language_text(JsonNode(known.get(address or "", {}), path), "name")
        named = name or (Value(address, path) if address else None)
        return LargerQualification(is_part=Value(True, path), qualification=named)
    return None


def _address(node: JsonNode, key: str) -> Value | None:
    return text(node, key)


def _identifiers(node: JsonNode) -> tuple[Id, ...]:
    pairs = (("ctid", text(node, "ctid")), ("credential_id", text(node, "credentialId")))
    return tuple(Id(scheme=scheme, value=value) for scheme, value in pairs if value)


def _findings(node: JsonNode) -> Iterator[Reason]:
    for each in (*_terms(node, "credentialStatusType"), *_terms(node, "lifeCycleStatusType")):
        if any(word in str(each.raw).lower() for word in ENDED):
            yield Reason(
                code="definition.ended", path=each.path, detail=f"status {str(each.raw)[:60]}"
            )
