"""The values of one credential as its source wrote them, each with its path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from credstream.contract.values import Reason
from credstream.formats.shared.budget import Budget

RawValue = str | int | float | bool | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Value:
    """One value as the source wrote it, and its path in the document.

    A text is a string or a map of language to string. Paths are written as
    `credentialSubject.achievement.name`, `hasClaim[0].title`, `/elmo/report[1]/issuer` for XML
    and `row 7, column hours` for tables.
    `pattern` is the notation of a date where the source names it, such as `dd.MM.yyyy`.
    """

    raw: RawValue
    path: str
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Id:
    """An identifier with its scheme in lower case; `scheme` is url for a bare address."""

    scheme: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """An organisation as written; `role` is provider, certifier, employer or accreditor."""

    name: Value | None = None
    country: Value | None = None
    role: Value | None = None
    identifiers: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedOutcome:
    """One learning outcome with the skills it names."""

    text: Value
    skills: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A workload in one unit.

    `unit` is hours, contact_hours, ects, days, sbu, duration (ISO 8601, time spent on learning),
    span (ISO 8601, calendar time and never a workload) or text (the value contains the unit).
    """

    unit: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelClaim:
    """A level as written, in any of the frameworks; `claimed_by` is who claims it."""

    eqf: Value | None = None
    framework: Value | None = None
    value: Value | None = None
    cycle: Value | None = None
    claimed_by: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assurance:
    """A form of quality assurance as written."""

    type: Value | None = None
    body: Value | None = None
    reference: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlace:
    """A place in a stack as written."""

    scheme: Value | None = None
    role: Value | None = None
    core: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LargerQualification:
    """The larger qualification that the credential is part of, as written."""

    is_part: Value | None = None
    qualification: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingMark:
    """A funding mark as written."""

    funder: Value
    reference: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The learner as written. No value of it may reach a log, a warning or a record unencrypted.

    `identifiers` holds every identifier with its scheme: esi, national, student, did, email …
    """

    identifiers: tuple[Id, ...] = ()
    full_name: Value | None = None
    given_name: Value | None = None
    family_name: Value | None = None
    birth_date: Value | None = None
    email: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """One credential as written.

    `reference` says that the payload names a definition (`definition_id`) and describes none.
    `unknown_fields` are the paths of members that the format does not define.
    `findings` are the parser's own warnings, `violations` breaks of the format's official schema.
    """

    kind: str
    credential_id: Value | None = None
    credential_ids: tuple[Id, ...] = ()
    provider: Value | None = None
    definition_id: Value | None = None
    definition_version: Value | None = None
    reference: bool = False
    occurred_at: Value | None = None
    language: Value | None = None
    title: Value | None = None
    description: Value | None = None
    country: Value | None = None
    region: Value | None = None
    awarding_bodies: tuple[Body, ...] = ()
    issued_on: Value | None = None
    valid_until: Value | None = None
    learning_outcomes: tuple[StatedOutcome, ...] = ()
    workload: tuple[Amount, ...] = ()
    starts_on: Value | None = None
    ends_on: Value | None = None
    levels: tuple[LevelClaim, ...] = ()
    assessments: tuple[Value, ...] = ()
    supervision: Value | None = None
    identity_verified: Value | None = None
    grade: Value | None = None
    grade_scale: Value | None = None
    assessed_by: tuple[Value, ...] = ()
    modes: tuple[Value, ...] = ()
    schedule: Value | None = None
    quality_assurance: tuple[Assurance, ...] = ()
    prerequisites: Value | None = None
    stack: StackPlace | None = None
    partial: LargerQualification | None = None
    further_information: Value | None = None
    url: Value | None = None
    identifiers: tuple[Id, ...] = ()
    languages: tuple[Value, ...] = ()
    fields: tuple[Value, ...] = ()
    occupations: tuple[Value, ...] = ()
    target_groups: tuple[Value, ...] = ()
    co_designers: tuple[Body, ...] = ()
    route: Value | None = None
    credential_type: Value | None = None
    valid_from: Value | None = None
    definition_valid_until: Value | None = None
    review_on: Value | None = None
    learner: Person | None = None
    evidence: int = 0
    status: Value | None = None
    funding: tuple[FundingMark, ...] = ()
    unknown_fields: tuple[str, ...] = ()
    findings: tuple[Reason, ...] = ()
    violations: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class SkippedPart:
    """A part of a document that holds no award, and the reason; the other parts are processed."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Table:
    """A header and rows of text; `kind` is csv or xlsx. Rows may be shorter than the header.

    `first` is the line number of the first row, as spreadsheets count: the header is line 1.
    """

    kind: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first: int = 2
    findings: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a provider writes its values, by its registration.

    `columns` maps the provider's column names to ours, `dates` is a pattern such as dd.MM.yyyy,
    and `encoding` is the name of a Python codec.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    encoding: str = "cp1252"


class Format(Protocol):
    """The functions of a format's `read` module.

    A document is decoded JSON, an lxml element, or a `Table`. `recognise` is called with each
    kind of document and never raises; the others raise nothing but Rejected.
    """

    NAME: str

    def recognise(self, document: Any) -> bool:
        """Whether a decoded document is of this format."""

    def unfit(self, document: Any) -> Reason | None:
        """The reason where a document holds neither award nor definition; None where it may."""

    def split(self, document: Any, rules: Rules) -> Iterable[Any]:
        """The parts of a document: each a document with one credential, or a SkippedPart.

        They come one by one, so that those of a large document are never there together.
        """

    def parse(self, document: Any, budget: Budget | None = None) -> Parsed:
        """The values of one part as written; raises Rejected where the part is malformed.

        What references cost is added to the budget, that of a submission or the part's own.
        """
