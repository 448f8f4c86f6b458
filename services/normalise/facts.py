"""What normalise decides with, and the rows that it decides to write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from credstream.contract.records import Normalised
from credstream.contract.values import Definition, Origin
from services.normalise.links import LinkRow


@dataclass(frozen=True, slots=True)
class LearnerKey:
    """The key of a learner in the vault, and the pseudonym that published awards carry."""

    pseudonym: str
    key_id: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ErasedLearner:
    """A learner whose key was deleted: nothing may be kept of this person again."""


Learner = LearnerKey | ErasedLearner


@dataclass(frozen=True, slots=True)
class HeldDefinition:
    """One version of a definition; `registered` where the provider sent it as one.

    `since` is the first day on which it is in force, YYYY-MM-DD, empty for always.
    """

    definition: Definition
    origins: tuple[Origin, ...]
    registered: bool
    since: str = ""


@dataclass(frozen=True, slots=True)
class HeldAward:
    """An award as it was last normalised; `waiting` for the definition that it names."""

    record: Normalised
    waiting: bool


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """A version of a definition to hold, and the first days of the versions that it replaces."""

    key: str
    definition: Definition
    origins: tuple[Origin, ...]
    registered: bool
    since: str = ""
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AwardRow:
    """An award to hold: the record of all its sources, and that of the source that arrived.

    `alike` is the same for awards of one content under whatever id.
    """

    key: str
    definition_key: str
    record: Normalised
    waiting: bool
    source: Normalised | None = None
    alike: str = ""


Row = DefinitionRow | AwardRow | LinkRow


@dataclass(slots=True)
class Facts:
    """What a batch is decided with; `learn` alone changes it.

    By the key of a definition, `definitions` has its versions by first day, `waiting` the keys of
    the awards that wait for it, `followers` the awards that have it, each with its day. By the key
    of an award, `sources` has what each format said of it, `contents` what is the same for awards
    of one content. `follows` and `alike` are `followers` and `contents` the other way round.
    `learners` has the learner of each submission by the submission's strongest identifier;
    `new_links` are the links that the batch brings, whatever becomes of its submissions.
    """

    definitions: dict[str, tuple[HeldDefinition, ...]] = field(default_factory=dict)
    followers: dict[str, dict[str, str]] = field(default_factory=dict)
    sources: dict[str, dict[str, Normalised]] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    awards: dict[str, HeldAward] = field(default_factory=dict)
    waiting: dict[str, tuple[str, ...]] = field(default_factory=dict)
    learners: dict[str, Learner] = field(default_factory=dict)
    new_links: tuple[LinkRow, ...] = ()
    follows: dict[str, str] = field(init=False)
    alike: dict[str, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.follows = {award: key for key, has in self.followers.items() for award in has}
        self.alike = {}
        for award, content in self.contents.items():
            self.alike.setdefault(content, set()).add(award)


def learn(facts: Facts, rows: Sequence[Row]) -> None:
    """Let later messages of a batch see what earlier ones wrote."""
    for row in rows:
        if isinstance(row, DefinitionRow):
            facts.definitions[row.key] = with_row(facts.definitions.get(row.key, ()), row)
        elif isinstance(row, AwardRow):
            _learn_award(facts, row)


def with_row(held: Iterable[HeldDefinition], row: DefinitionRow) -> tuple[HeldDefinition, ...]:
    """The versions of a definition after a row is written."""
    gone = {*row.replaces, row.since}
    kept = [each for each in held if each.since not in gone]
    new = HeldDefinition(row.definition, row.origins, row.registered, row.since)
    return tuple(sorted((*kept, new), key=lambda each: each.since))


def _learn_award(facts: Facts, row: AwardRow) -> None:
    _learn_links(facts, row)
    before = facts.awards.get(row.key)
    if before is not None and before.waiting:
        former = before.record.definition.key
        others = facts.waiting.get(former, ())
        facts.waiting[former] = tuple(each for each in others if each != row.key)
    facts.awards[row.key] = HeldAward(row.record, row.waiting)
    if row.waiting:
        others = facts.waiting.get(row.definition_key, ())
        facts.waiting[row.definition_key] = tuple(dict.fromkeys((*others, row.key)))


def _learn_links(facts: Facts, row: AwardRow) -> None:
    """Its source, its content and its definition, each also where it is looked up the other way."""
    if row.source is not None:
        facts.sources.setdefault(row.key, {})[row.source.format] = row.source
    facts.alike.get(facts.contents.pop(row.key, ""), set()).discard(row.key)
    if row.alike:
        facts.contents[row.key] = row.alike
        facts.alike.setdefault(row.alike, set()).add(row.key)
    facts.followers.get(facts.follows.pop(row.key, ""), {}).pop(row.key, None)
    if not row.waiting and row.record.award is not None:
        facts.follows[row.key] = row.definition_key
        day = row.record.award.issued_on
        facts.followers.setdefault(row.definition_key, {})[row.key] = day
