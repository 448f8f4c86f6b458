"""What normalise decides with, and the rows that it decides to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from credstream.contract.paging import Cursor, CursorRow, Page
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

    pseudonym: str = ""
    key_id: str = ""


Learner = LearnerKey | ErasedLearner


@dataclass(frozen=True, slots=True)
class HeldDefinition:
    """One version of a definition; `registered` where the provider sent it as one.

    `since` is the first day on which it is in force, YYYY-MM-DD, empty for always. `record` is what
    was passed on of it, None for one from before that was kept.
    """

    definition: Definition
    origins: tuple[Origin, ...]
    registered: bool
    since: str = ""
    record: Normalised | None = None


@dataclass(frozen=True, slots=True)
class HeldAward:
    """An award as it was last normalised; `waiting` for the definition that it names.

    `identifier` is the strongest of its learner, empty where that is not known.
    """

    record: Normalised
    waiting: bool
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """A version of a definition to hold, and the first days of the versions that it replaces."""

    key: str
    definition: Definition
    origins: tuple[Origin, ...]
    registered: bool
    since: str = ""
    replaces: tuple[str, ...] = ()
    record: Normalised | None = None


@dataclass(frozen=True, slots=True)
class AwardRow:
    """An award to hold: the record of all its sources, and those of single sources that changed.

    `alike` is the same for awards of one content under whatever id; `identifier` is the strongest
    one of the learner.
    """

    key: str
    definition_key: str
    record: Normalised
    waiting: bool
    sources: tuple[Normalised, ...] = ()
    alike: str = ""
    identifier: str = ""


Row = DefinitionRow | AwardRow | LinkRow | CursorRow


@dataclass(slots=True)
class Paging:
    """Cursors of definitions and of identifiers, and the next pages of those that are due."""

    cursors: dict[str, Cursor] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Persons:
    """Who the learners of a batch are.

    `learners` has the learner by the provider and the strongest identifier of an award, `held`
    those that awards which are looked at again move away from, by key id. `erased` are the
    identifiers, each with the provider, that lead to an erased person. `new_links` are the links
    that the batch brings, whatever becomes of its submissions; the identifiers `joined` may lead
    earlier awards to another person by them.
    """

    learners: Mapping[tuple[str, str], Learner] = field(default_factory=dict)
    held: Mapping[str, Learner] = field(default_factory=dict)
    erased: frozenset[tuple[str, str]] = frozenset()
    new_links: tuple[LinkRow, ...] = ()
    joined: frozenset[str] = frozenset()


@dataclass(slots=True)
class Facts:
    """What a batch is decided with; `learn` alone changes it.

    By the key of a definition, `definitions` has its versions by first day, `waiting` the keys of
    the batch's own awards that wait for it, `paging` how far its awards have been asked for again;
    `awaited` are the definitions for which awards of earlier batches wait. By the key of an award,
    `sources` has what each format said of it, `contents` what is the same for awards of one
    content, which `alike` has the other way round.
    """

    definitions: dict[str, tuple[HeldDefinition, ...]] = field(default_factory=dict)
    awaited: frozenset[str] = frozenset()
    paging: Paging = field(default_factory=Paging)
    sources: dict[str, dict[str, Normalised]] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    awards: dict[str, HeldAward] = field(default_factory=dict)
    persons: Persons = field(default_factory=Persons)
    waiting: dict[str, set[str]] = field(init=False)
    alike: dict[str, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.waiting = {}
        for key, held in self.awards.items():
            if held.waiting:
                self.waiting.setdefault(held.record.definition.key, set()).add(key)
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
        elif isinstance(row, CursorRow):
            _learn_cursor(facts.paging, row)


def with_row(held: Iterable[HeldDefinition], row: DefinitionRow) -> tuple[HeldDefinition, ...]:
    """The versions of a definition after a row is written."""
    gone = {*row.replaces, row.since}
    kept = [each for each in held if each.since not in gone]
    new = HeldDefinition(row.definition, row.origins, row.registered, row.since, row.record)
    return tuple(sorted((*kept, new), key=lambda each: each.since))


def _learn_cursor(paging: Paging, row: CursorRow) -> None:
    # A page is read behind where its cursor was before the batch.
    paging.pages.pop(row.key, None)
    if row.cursor is None:
        paging.cursors.pop(row.key, None)
    else:
        paging.cursors[row.key] = row.cursor


def _learn_award(facts: Facts, row: AwardRow) -> None:
    _learn_links(facts, row)
    before = facts.awards.get(row.key)
    if before is not None and before.waiting:
        facts.waiting[before.record.definition.key].discard(row.key)
    facts.awards[row.key] = HeldAward(row.record, row.waiting, row.identifier)
    if row.waiting:
        facts.waiting.setdefault(row.definition_key, set()).add(row.key)


def _learn_links(facts: Facts, row: AwardRow) -> None:
    """Its sources and its content, this also where it is looked up the other way."""
    for source in row.sources:
        facts.sources.setdefault(row.key, {})[source.format] = source
    facts.alike.get(facts.contents.pop(row.key, ""), set()).discard(row.key)
    if row.alike:
        facts.contents[row.key] = row.alike
        facts.alike.setdefault(row.alike, set()).add(row.key)
