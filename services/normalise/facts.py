"""What normalise knows when it decides, and the rows by which it remembers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from credstream.contract.errors import Rejected
from credstream.contract.parts import Definition, Origin
from credstream.contract.records import Normalised
from credstream.formats.common import Parsed

Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class LearnerKey:
    """What the vault knows of a learner."""

    pseudonym: str
    key_id: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeldDefinition:
    """A definition in force; `registered` where the provider sent it as one."""

    definition: Definition
    origins: tuple[Origin, ...]
    registered: bool


@dataclass(frozen=True, slots=True)
class HeldAward:
    """An award as it was last normalised; `waiting` for the definition that it names."""

    record: Normalised
    waiting: bool


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """A definition to hold."""

    key: str
    definition: Definition
    origins: tuple[Origin, ...]
    registered: bool


@dataclass(frozen=True, slots=True)
class AwardRow:
    """An award to hold."""

    key: str
    definition_key: str
    record: Normalised
    waiting: bool


@dataclass(slots=True)
class Facts:
    """What the step knows of the world; `learn` moves it on within a batch.

    `parsed` and `learners` are by topic, partition and offset; `waiting` has, by the key of a
    definition, the keys of the awards that wait for it.
    """

    parsed: dict[Place, Parsed | Rejected] = field(default_factory=dict)
    definitions: dict[str, HeldDefinition] = field(default_factory=dict)
    awards: dict[str, HeldAward] = field(default_factory=dict)
    waiting: dict[str, tuple[str, ...]] = field(default_factory=dict)
    learners: dict[Place, LearnerKey] = field(default_factory=dict)


def learn(facts: Facts, rows: Iterable[object]) -> None:
    """Let later messages of a batch see what earlier ones wrote."""
    for row in rows:
        if isinstance(row, DefinitionRow):
            facts.definitions[row.key] = HeldDefinition(row.definition, row.origins, row.registered)
        elif isinstance(row, AwardRow):
            _learn_award(facts, row)


def _learn_award(facts: Facts, row: AwardRow) -> None:
    before = facts.awards.get(row.key)
    if before is not None and before.waiting:
        former = before.record.definition.key
        others = facts.waiting.get(former, ())
        facts.waiting[former] = tuple(each for each in others if each != row.key)
    facts.awards[row.key] = HeldAward(row.record, row.waiting)
    if row.waiting:
        others = facts.waiting.get(row.definition_key, ())
        facts.waiting[row.definition_key] = tuple(dict.fromkeys((*others, row.key)))
