"""Reads the learning of one claim: what was learnt, how it was assessed, and its workload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest

from credstream.formats.elm3.concepts import concept, concepts, note
from credstream.formats.elm3.workload import read_workload
from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    language_text,
    type_names,
)
from credstream.formats.shared.parsed import Amount, LevelClaim, StatedOutcome, Value
from credstream.formats.shared.values import distinct, first
from credstream.vocabularies.assessment import assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """The claim with its specification and activities, and the descriptors that they state.

    `attendance` says that nothing was assessed.
    """

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


def read_learning(claim: JsonNode) -> Learning:
    """ELM puts what was done on the claim's side, and what was planned on the specification's."""
    spec = child(claim, "specifiedBy")
    proofs = children(claim, "provenBy")
    proof_specs = (*_specifications(proofs), *children(spec, "provenBy"))
    # The profile of the credential is the same for both; the class of the claim tells them apart.
    attendance = "LearningActivity" in type_names(claim.members) and not proofs
    activities = (claim, *children(claim, "influencedBy"))
    activity_specs = (*_specifications(activities[1:]), *children(spec, "influencedBy"))
    return Learning(
        claim=claim,
        spec=spec,
        attendance=attendance,
        activities=activities,
        outcomes=_outcomes(spec),
        workload=read_workload(spec, activities, activity_specs, attendance=attendance),
        levels=_levels(spec),
        assessments=_assessments(proofs, proof_specs),
        supervision=first(
            *(concept(child(proof, "idVerification")) for proof in (*proofs, *proof_specs))
        ),
        grade=first(*(note(child(proof, "grade")) for proof in proofs)),
        grade_scale=first(
            *(language_text(child(proof, "gradingScheme"), "title") for proof in proof_specs)
        ),
        assessed_by=_assessors(proofs),
        modes=distinct(
            *(mode for node in (spec, *activity_specs) for mode in concepts(node, "mode"))
        ),
        schedule=first(
            *(concept(child(node, "learningSchedule")) for node in (spec, *activity_specs))
        ),
        occupations=_occupations(claim, spec),
    )


def _specifications(nodes: tuple[JsonNode, ...]) -> tuple[JsonNode, ...]:
    return tuple(spec for node in nodes for spec in children(node, "specifiedBy"))


def _outcomes(spec: JsonNode) -> tuple[StatedOutcome, ...]:
    outcomes = tuple(
        StatedOutcome(text=title, skills=concepts(outcome, "relatedESCOSkill"))
        for outcome in children(spec, "learningOutcome")
        if (title := language_text(outcome, "title")) is not None
    )
    summary = note(child(spec, "learningOutcomeSummary"))
    return outcomes if summary is None else (*outcomes, StatedOutcome(text=summary))


def _levels(spec: JsonNode) -> tuple[LevelClaim, ...]:
    """The first levels of the three lists are one claim, so the NQF level stays with its EQF."""
    claims = zip_longest(
        *(concepts(spec, key) for key in ("eqfLevel", "nqfLevel", "educationLevel"))
    )
    return tuple(LevelClaim(eqf=eqf, value=nqf, cycle=cycle) for eqf, nqf, cycle in claims)


def _assessments(proofs: tuple[JsonNode, ...], specs: tuple[JsonNode, ...]) -> tuple[Value, ...]:
    """The types of the assessments, or the titles of their specifications where none is stated.

    Of the assessment of one learner only a type of the vocabulary counts: its other texts are
    about that learner.
    """
    own = (kind for proof in proofs for kind in concepts(proof, "dcType") if _is_known(kind))
    types = (kind for spec in specs for kind in concepts(spec, "dcType"))
    titles = (language_text(spec, "title") for spec in specs)
    return distinct(*types, *own) or distinct(*titles)


def _is_known(kind: Value) -> bool:
    texts = kind.raw.values() if isinstance(kind.raw, Mapping) else (kind.raw,)
    return any(assessment(str(text)) is not None for text in texts)


def _assessors(proofs: tuple[JsonNode, ...]) -> tuple[Value, ...]:
    """The names of organisations; a person who assessed stays unnamed."""
    return distinct(
        *(
            language_text(body, "legalName")
            for proof in proofs
            for body in children(proof, "assessedBy")
            if "Person" not in type_names(body.members)
        )
    )


def _occupations(claim: JsonNode, spec: JsonNode) -> tuple[Value, ...]:
    entitlements = (
        *children(spec, "entitlesTo"),
        *_specifications(children(claim, "entitlesTo")),
    )
    return distinct(
        *(
            occupation
            for entitlement in entitlements
            for occupation in concepts(entitlement, "limitOccupation")
        )
    )
