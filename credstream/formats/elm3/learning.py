"""What a claim of an EDC says of the learning, on the claim's and the specification's side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from credstream.formats.elm3.parts import concept, concepts, note
from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    language_text,
    number_or_text,
    preferred_text,
    text,
    type_names,
)
from credstream.formats.shared.parsed import Amount, LevelClaim, StatedOutcome, Value
from credstream.formats.shared.values import distinct, first

ECTS = "6fcec5c5af"
ECTS_WORDS = ("ects", "european credit transfer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """The claim with what stands around it; `attendance` where nothing was assessed."""

    claim: JsonNode
    spec: JsonNode
    attendance: bool
    activities: tuple[JsonNode, ...]
    outcomes: tuple[StatedOutcome, ...]
    workload: tuple[Amount, ...]
    levels: tuple[LevelClaim, ...]
    assessments: tuple[Value, ...]
    supervision: Value | None
    grade: Value | None
    grade_scale: Value | None
    assessed_by: tuple[Value, ...]
    modes: tuple[Value, ...]
    schedule: Value | None
    occupations: tuple[Value, ...]


def read(claim: JsonNode) -> Learning:
    spec = child(claim, "specifiedBy")
    proofs = children(claim, "provenBy")
    proof_specs = (*_specs(proofs), *children(spec, "provenBy"))
    attendance = "LearningActivity" in type_names(claim.members) and not proofs
    activities = (claim, *children(claim, "influencedBy"))
    activity_specs = (*_specs(activities[1:]), *children(spec, "influencedBy"))
    return Learning(
        claim=claim,
        spec=spec,
        attendance=attendance,
        activities=activities,
        outcomes=_outcomes(spec),
        workload=_workload(spec, activities, activity_specs, attendance=attendance),
        levels=_levels(spec),
        assessments=_assessments(proofs, proof_specs),
        supervision=first(
            *(concept(child(each, "idVerification")) for each in (*proofs, *proof_specs))
        ),
        grade=first(*(note(child(each, "grade")) for each in proofs)),
        grade_scale=first(
            *(language_text(child(each, "gradingScheme"), "title") for each in proof_specs)
        ),
        assessed_by=_assessors(proofs),
        modes=distinct(
            *(mode for each in (spec, *activity_specs) for mode in concepts(each, "mode"))
        ),
        schedule=first(
            *(concept(child(each, "learningSchedule")) for each in (spec, *activity_specs))
        ),
        occupations=_occupations(claim, spec),
    )


def _specs(nodes: tuple[JsonNode, ...]) -> tuple[JsonNode, ...]:
    return tuple(spec for each in nodes for spec in children(each, "specifiedBy"))


def _outcomes(spec: JsonNode) -> tuple[StatedOutcome, ...]:
    stated = tuple(
        StatedOutcome(text=title, skills=concepts(each, "relatedESCOSkill"))
        for each in children(spec, "learningOutcome")
        if (title := language_text(each, "title")) is not None
    )
    summary = note(child(spec, "learningOutcomeSummary"))
    return stated if summary is None else (*stated, StatedOutcome(text=summary))


def _workload(
    spec: JsonNode,
    activities: tuple[JsonNode, ...],
    activity_specs: tuple[JsonNode, ...],
    *,
    attendance: bool,
) -> tuple[Amount, ...]:
    """Credits, then durations with the one of the whole first, then contact time and time limits.

    What was attended counts before what the activity plans; for an achievement each statement is
    kept, since the parts can contradict the whole.
    """
    claim = activities[0]
    credits_ = children(spec, "creditPoint") or children(claim, "creditReceived")
    whole = text(spec, "volumeOfLearning")
    spent = tuple(text(each, "workload") for each in activities)
    planned = tuple(text(each, "volumeOfLearning") for each in activity_specs)
    durations = (first(spent[0], whole),) if attendance else (whole, *spent, *planned)
    contact = tuple(number_or_text(each, "contactHour") for each in (spec, *activity_specs))
    return (
        *(each for node in credits_ for each in _credit(node)),
        *(Amount(unit="duration", value=each) for each in distinct(*durations)),
        *(Amount(unit="contact_hours", value=each) for each in distinct(*contact)),
        *(Amount(unit="span", value=each) for each in distinct(text(spec, "maximumDuration"))),
    )


def _credit(credit: JsonNode) -> tuple[Amount, ...]:
    point, framework = number_or_text(credit, "point"), child(credit, "framework")
    if point is None:
        return ()
    address, name = text(framework, "id"), preferred_text(language_text(framework, "prefLabel"))
    spelt = " ".join(str(each.raw).lower() for each in (address, name) if each)
    if ECTS in spelt or any(each in spelt for each in ECTS_WORDS):
        return (Amount(unit="ects", value=point),)
    unit = first(name, address)
    written = f"{point.raw} {unit.raw}" if unit else str(point.raw)
    return (Amount(unit="text", value=Value(written, point.path)),)


def _levels(spec: JsonNode) -> tuple[LevelClaim, ...]:
    """What stands side by side is one claim, so that the national framework stays with the EQF."""
    claims = zip_longest(
        *(concepts(spec, key) for key in ("eqfLevel", "nqfLevel", "educationLevel"))
    )
    return tuple(LevelClaim(eqf=eqf, value=nqf, cycle=cycle) for eqf, nqf, cycle in claims)


def _assessments(proofs: tuple[JsonNode, ...], specs: tuple[JsonNode, ...]) -> tuple[Value, ...]:
    """The types; where none is given, the title says at least what was done."""
    typed = tuple(kind for each in (*specs, *proofs) for kind in concepts(each, "dcType"))
    titled = (language_text(each, "title") for each in (*specs, *proofs))
    return distinct(*typed) or distinct(*titled)


def _assessors(proofs: tuple[JsonNode, ...]) -> tuple[Value, ...]:
    """Organisations by name; a person who assessed is not named."""
    return distinct(
        *(
            language_text(body, "legalName")
            for proof in proofs
            for body in children(proof, "assessedBy")
            if "Person" not in type_names(body.members)
        )
    )


def _occupations(claim: JsonNode, spec: JsonNode) -> tuple[Value, ...]:
    rights = (*children(spec, "entitlesTo"), *_specs(children(claim, "entitlesTo")))
    return distinct(*(each for right in rights for each in concepts(right, "limitOccupation")))
