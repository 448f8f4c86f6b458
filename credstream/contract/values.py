"""The values that records are made of; `schemas/avro` explains each field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """An identifier with its scheme."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation as a provider or a list names it."""

    name: Text = field(default_factory=dict)
    country: str | None = None
    role: str | None = None
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningOutcome:
    """One statement of what a learner knows and can do."""

    text: Text = field(default_factory=dict)
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """The notional workload; `hours` are all time of learning, never contact time alone."""

    hours: float | None = None
    contact_hours: float | None = None
    ects: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The level of the learning, in the frameworks that the provider names."""

    eqf: int | None = None
    framework: str | None = None
    value: str | None = None
    cycle: str | None = None
    claimed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """How the learning is assessed (Annex I, type of assessment and supervision)."""

    types: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    supervision: str | None = None
    identity_verified: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation:
    """How the learner takes part (Annex I, form of participation)."""

    modes: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    schedule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityAssurance:
    """One form of quality assurance of the credential."""

    type: str
    body: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The place of the credential in a scheme of stackable units."""

    scheme: str
    role: str
    core: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialQualification:
    """Whether the credential is part of a larger qualification."""

    is_part: bool
    qualification: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a credential is, whoever earned it; contains no person."""

    key: str
    id: str | None = None
    version: str | None = None
    language: str | None = None
    title: Text = field(default_factory=dict)
    description: Text = field(default_factory=dict)
    country: str | None = None
    region: str | None = None
    awarding_bodies: tuple[Organisation, ...] = ()
    learning_outcomes: tuple[LearningOutcome, ...] = ()
    workload: Workload | None = None
    level: Level | None = None
    assessment: Assessment | None = None
    participation: Participation | None = None
    quality_assurance: tuple[QualityAssurance, ...] = ()
    prerequisites: Text = field(default_factory=dict)
    stack: Stack | None = None
    partial: PartialQualification | None = None
    further_information: Text = field(default_factory=dict)
    url: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    languages: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    co_designers: tuple[Organisation, ...] = ()
    route: str | None = None
    credential_type: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    review_on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """The learner, readable only with the key of the vault."""

    pseudonym: str
    key_id: str
    block: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """A funding mark; restricted, never published."""

    funder: str
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """That somebody earned a credential."""

    definition_key: str
    learner: Learner
    issued_on: str
    valid_until: str | None = None
    grade: str | None = None
    grade_scale: str | None = None
    identity_verified: bool | None = None
    evidence: int
    status: str
    funding: tuple[Funding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The origin of one descriptor's value."""

    descriptor: str
    origin: str
    path: str | None = None
    rule: str | None = None
    raw: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How many of the common descriptors are present."""

    mandatory: int
    mandatory_of: int
    optional: int
    optional_of: int
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A warning, or why something was refused."""

    code: str
    path: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One of the submissions that a record was merged from."""

    format: str
    submission: str
    proof: str
    received_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The explanation that travels with a normalised record."""

    provenance: tuple[Origin, ...] = ()
    completeness: Completeness
    warnings: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The result of one step of the judgement."""

    step: str
    result: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether the awarding body was entitled to award the credential on the day of the award."""

    outcome: str
    step: str
    reason: str
    judged_for: str
    body: str | None = None
    accreditation: str | None = None
    source: str | None = None
    source_as_of: int | None = None
    checks: tuple[Check, ...] = ()
