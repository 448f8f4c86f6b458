"""What every format's parser gives: the values as written, each with its path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from credstream.contract.values import Reason

Written = str | int | float | bool | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Value:
    """One value as the source wrote it, and the path where it stands.

    A text is a string or a map of language to string. Paths are written as
    `credentialSubject.achievement.name`, `hasClaim[0].title`, `/elmo/report[1]/issuer` for XML
    and `row 7, column hours` for tables.
    `shape` is how the source says that it writes such values, where it says so: a date pattern
    of dd, MM and yyyy such as `dd.MM.yyyy`.
    """

    raw: Written
    path: str
    shape: str = ""


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

    `unit` is hours, contact_hours, ects, days, sbu, duration (ISO 8601 learning time),
    span (ISO 8601 calendar time, never a workload) or text (the unit stands in the value).
    """

    unit: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelClaim:
    """A level as written, in any of the frameworks; who claims it where the source says so."""

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
class Whole:
    """The larger qualification that the credential is part of, as written."""

    is_part: Value | None = None
    qualification: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A funding mark as written."""

    funder: Value
    reference: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The learner as written. Nothing of it may reach a log, a warning or a record in the clear.

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

    `reference` tells that the payload names a definition (`definition_id`) and describes none.
    `strangers` are paths of free extension fields that the format does not define.
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
    partial: Whole | None = None
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
    funding: tuple[Mark, ...] = ()
    strangers: tuple[str, ...] = ()
    findings: tuple[Reason, ...] = ()
    violations: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of a document that is left out, and why; the other parts go on."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Table:
    """A list of rows as text; `kind` is csv or xlsx. Rows may be shorter than the header.

    `first` is the number of the first row, as a person counts the lines of the file.
    """

    kind: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first: int = 2
    findings: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a registration says of how a provider writes; `columns` maps its headers to ours.

    `dates` is a pattern such as dd.MM.yyyy, `encoding` a codec's name.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    encoding: str = "cp1252"


class Format(Protocol):
    """What each module of this folder offers.

    A document is what JSON holds, an lxml element, or a `Table`. `recognise` is asked about each
    of them and raises nothing; the others raise nothing but Rejected.
    """

    NAME: str

    def recognise(self, document: Any) -> bool:
        """Whether a decoded document is of this format."""

    def unfit(self, document: Any) -> Reason | None:
        """Why a readable document holds neither award nor definition; None where it may."""

    def split(self, document: Any, rules: Rules) -> tuple[Any, ...]:
        """The credentials in a document, each a document of its own, or Unread."""

    def parse(self, document: Any) -> Parsed:
        """The values of one part as written; raises Rejected where its shape is not ours."""
