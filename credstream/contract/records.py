"""The records between services, in the order of the flow; `schemas/avro` explains each field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from credstream.contract.values import (
    Account,
    Award,
    Definition,
    Judgement,
    Organisation,
    QualityAssurance,
    Reason,
    Source,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider's registration."""

    id: str
    kind: str
    name: str
    country: str
    status: str
    language: str | None = None
    awarding_bodies: tuple[Organisation, ...] = ()
    quality_assurance: tuple[QualityAssurance, ...] = ()
    hours_per_day: float | None = None
    hours_per_ects: float | None = None
    credential_id: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    seals: Mapping[str, str] = field(default_factory=dict)
    status_lists: Mapping[str, str] = field(default_factory=dict)
    reading: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accreditation:
    """One accreditation: who may award what, where and when."""

    id: str
    source: str
    as_of: int
    kind: str
    organisation: Organisation
    agent: Organisation | None = None
    agent_trusted: bool
    decision: str
    issued_on: str | None = None
    expires_on: str | None = None
    withdrawn_on: str | None = None
    review_on: str | None = None
    jurisdictions: tuple[str, ...] = ()
    credential_types: tuple[str, ...] = ()
    qualifications: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRange:
    """Bounds of the workload for one role in a scheme."""

    role: str
    min_hours: float
    max_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """Rules of a scheme of stackable units."""

    id: str
    name: str
    members: tuple[str, ...] = ()
    hours: tuple[HourRange, ...] = ()
    min_level: int | None = None
    max_level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A credential of a submission that ingest accepted."""

    key: str
    provider: str
    country: str
    registration: Provider
    submission: str
    received_at: int
    occurred_at: str | None = None
    format: str
    envelope: str
    kind: str
    proof: str
    proof_detail: str
    digest: str
    payload: bytes
    standing: str = "none"
    findings: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """A definition, or an award with its definition, in common descriptors."""

    key: str
    kind: str
    provider: str
    country: str
    submission: str
    received_at: int
    occurred_at: str | None = None
    format: str
    envelope: str
    proof: str
    mapping: str
    definition: Definition
    award: Award | None = None
    account: Account
    cause: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Accredited:
    """A normalised record with the judgement on its award."""

    record: Normalised
    judgement: Judgement | None = None
    cause: str
    cause_detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedDefinition:
    """The full state of a definition: public, without persons."""

    key: str
    version: int
    status: str
    provider: str
    definition: Definition
    account: Account
    mapping: str
    digest: str
    occurred_at: str | None = None
    received_at: int
    published_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedAward:
    """The full state of an award, with a pseudonym for the learner."""

    key: str
    version: int
    status: str
    provider: str
    definition: Definition
    pseudonym: str
    issued_on: str
    valid_until: str | None = None
    grade: str | None = None
    grade_scale: str | None = None
    identity_verified: bool | None = None
    proof: str
    judgement: Judgement
    account: Account
    mapping: str
    digest: str
    occurred_at: str | None = None
    received_at: int
    published_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedChange:
    """What changed, why, and between which versions."""

    key: str
    kind: str
    change: str
    cause: str
    cause_detail: str
    version: int
    previous_version: int | None = None
    outcome: str | None = None
    previous_outcome: str | None = None
    topic: str
    provider: str
    digest: str
    occurred_at: str | None = None
    received_at: int
    published_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The result of a submission, for its provider."""

    submission: str
    provider: str
    status: str
    stage: str
    key: str | None = None
    kind: str | None = None
    version: int | None = None
    outcome: str | None = None
    reasons: tuple[Reason, ...] = ()
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """A register's answer to one version of a key."""

    register: str
    key: str
    version: int
    status: str
    reason: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A request to handle a key once more."""

    key: str
    cause: str
    detail: str
    at: int


# The records that a step may emit.
Record = (
    Received
    | Normalised
    | Accredited
    | PublishedDefinition
    | PublishedAward
    | PublishedChange
    | Receipt
    | Again
)
