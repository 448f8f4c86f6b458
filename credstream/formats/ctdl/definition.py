"""Reads the definition that one node of a CTDL graph describes.

https://credreg.net/ctdl/terms has every property; some publishers and the Registry Assistant
write them without their prefix.
"""

from __future__ import annotations

from collections.abc import Iterator

from credstream.contract.values import Reason
from credstream.formats.ctdl.organisations import assurances, bodies
from credstream.formats.ctdl.terms import NodesById, term_names, without_prefix
from credstream.formats.ctdl.workload import read_workload
from credstream.formats.shared.json_nodes import (
    JsonNode,
    children,
    language_text,
    member_path,
    raw_values,
    text,
    texts,
)
from credstream.formats.shared.parsed import (
    Id,
    LargerQualification,
    LevelClaim,
    Parsed,
    StatedOutcome,
    Value,
)
from credstream.formats.shared.values import first

EQF_NAMES = ("data.europa.eu/snb/eqf", "european qualifications framework")
# Parts of the values of credentialStatusType and lifeCycleStatusType.
ENDED = ("deprecated", "ceased", "suspended", "discontinued")
COMPETENCIES = ("teaches", "assesses", "targetCompetency", "ceterms:targetCompetency")


def read_definition(node: JsonNode, nodes_by_id: NodesById, classes: frozenset[str]) -> Parsed:
    """The definition of a node with the classes in its `@type`.

    `nodes_by_id` has the organisations and competencies that the node may refer to.
    """
    awarding_bodies = tuple(bodies(node, nodes_by_id))
    return Parsed(
        kind="definition",
        definition_id=first(text(node, "ctid"), text(node, "cTID"), text(node, "@id")),
        title=language_text(node, "name"),
        description=language_text(node, "description"),
        country=first(*(body.country for body in awarding_bodies)),
        awarding_bodies=awarding_bodies,
        learning_outcomes=tuple(_outcomes(node, nodes_by_id)),
        workload=tuple(read_workload(node)),
        levels=tuple(_levels(node)),
        assessments=term_names(node, "assessmentMethodType"),
        modes=(*term_names(node, "deliveryType"), *term_names(node, "learningDeliveryType")),
        quality_assurance=tuple(assurances(node, nodes_by_id)),
        prerequisites=_entry_condition(node),
        partial=_larger_qualification(node, nodes_by_id),
        url=text(node, "subjectWebpage"),
        identifiers=_identifiers(node),
        languages=texts(node, "inLanguage"),
        credential_type=_credential_type(node, classes),
        valid_from=text(node, "dateEffective"),
        definition_valid_until=text(node, "expirationDate"),
        findings=tuple(_ended(node)),
    )


def _credential_type(node: JsonNode, classes: frozenset[str]) -> Value | None:
    """The first class by name; all classes of degrees are one, as none of them is in scope."""
    name = next(iter(sorted(classes)), None)
    if name is None:
        return None
    is_degree = any("Degree" in class_ or "Doctorate" in class_ for class_ in classes)
    return Value("degree" if is_degree else name, member_path(node, "@type"))


def _outcomes(node: JsonNode, nodes_by_id: NodesById) -> Iterator[StatedOutcome]:
    """What is taught or assessed, and the competencies that the conditions require."""
    for holder in (node, *children(node, "requires")):
        for key in COMPETENCIES:
            for raw, path in raw_values(holder, key):
                if isinstance(raw, str):
                    competency = JsonNode(nodes_by_id.follow(raw) or {}, path)
                    names = ("competencyText", "name")
                else:
                    competency = JsonNode(
                        without_prefix(raw) if isinstance(raw, dict) else {}, path
                    )
                    names = ("targetNodeName", "targetNodeDescription")
                statement = first(*(language_text(competency, name) for name in names))
                if statement:
                    yield StatedOutcome(text=statement)


def _levels(node: JsonNode) -> Iterator[LevelClaim]:
    """Levels of the EQF alone: an audience level of CTDL is a stage of education."""
    for key in ("educationalLevelType", "audienceLevelType", "level"):
        for found in children(node, key):
            level = JsonNode(without_prefix(found.members), found.path)
            written = [text(level, name) for name in ("targetNode", "framework", "@id", "id")]
            written.append(language_text(level, "frameworkName"))
            names = " ".join(str(value.raw) for value in written if value).lower()
            value = first(
                *(text(level, name) for name in ("codedNotation", "targetNode", "@id", "id"))
            )
            if value and any(name in names for name in EQF_NAMES):
                yield LevelClaim(eqf=value)


def _entry_condition(node: JsonNode) -> Value | None:
    for found in children(node, "entryCondition"):
        condition = JsonNode(without_prefix(found.members), found.path)
        statement = first(language_text(condition, "description"), language_text(condition, "name"))
        if statement:
            return statement
    return None


def _larger_qualification(node: JsonNode, nodes_by_id: NodesById) -> LargerQualification | None:
    for raw, path in raw_values(node, "isPartOf"):
        address = raw if isinstance(raw, str) else None
        name = language_text(JsonNode(nodes_by_id.follow(address or "") or {}, path), "name")
        qualification = name or (Value(address, path) if address else None)
        return LargerQualification(is_part=Value(True, path), qualification=qualification)
    return None


def _identifiers(node: JsonNode) -> tuple[Id, ...]:
    values = (("ctid", text(node, "ctid")), ("credential_id", text(node, "credentialId")))
    return tuple(Id(scheme=scheme, value=value) for scheme, value in values if value)


def _ended(node: JsonNode) -> Iterator[Reason]:
    statuses = (
        *term_names(node, "credentialStatusType"),
        *term_names(node, "lifeCycleStatusType"),
    )
    for status in statuses:
        if any(part in str(status.raw).lower() for part in ENDED):
            detail = f"status {str(status.raw)[:60]}"
            yield Reason(code="definition.ended", path=status.path, detail=detail)
