"""Accredits one record: an award gets its judgement, a definition passes through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from credstream.contract import paging, topics
from credstream.contract.messages import Emit, ReadMessage, StepResult
from credstream.contract.paging import CursorRow, Page
from credstream.contract.records import Accreditation, Accredited, Again, Normalised
from credstream.contract.values import Judgement
from services.accreditation.organisations import tokens
from services.accreditation.rules import judge, same


@dataclass(frozen=True, slots=True)
class HeldJudgement:
    """The last record of a key and what was judged of it."""

    record: Normalised
    judgement: Judgement | None


@dataclass(slots=True)
class Facts:
    """What a batch is judged with; `learn` alone changes it.

    `accreditations` has, by token, those of each organisation; `loaded` says whether any list has
    been loaded at all. `pages` has the next keys of the cursors that the batch has to go on.
    """

    accreditations: dict[str, tuple[Accreditation, ...]] = field(default_factory=dict)
    held: dict[str, HeldJudgement] = field(default_factory=dict)
    loaded: bool = False
    pages: dict[str, Page] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """The last judgement of a key; `tokens` are those of its bodies, to find it by."""

    key: str
    record: Normalised
    judgement: Judgement | None
    tokens: frozenset[str]


Row = JudgedRow | CursorRow


def accredit(message: ReadMessage[Normalised | Again], facts: Facts) -> StepResult[Row]:
    """Judge a record, or for an `Again` the held one, which is sent on only where it changed."""
    if isinstance(message.record, Again):
        is_page = message.record.cause == paging.PAGE_DUE
        return _next_page(message.record, facts) if is_page else _again(message.record, facts)
    record = message.record
    return _outcome(record, _judgement(record, facts), record.cause, "")


def learn(facts: Facts, rows: Sequence[Row]) -> None:
    """Let the later messages of a batch see what the earlier ones decided."""
    for row in rows:
        if isinstance(row, JudgedRow):
            facts.held[row.key] = HeldJudgement(row.record, row.judgement)
        else:
            facts.pages.pop(row.key, None)


def bodies_tokens(record: Normalised) -> frozenset[str]:
    """Give the tokens of all awarding bodies: what the judgement of an award depends on."""
    return frozenset().union(*map(tokens, record.definition.awarding_bodies))


def _next_page(due: Again, facts: Facts) -> StepResult[Row]:
    """Ask for the awards of the next page; nothing where another message has done it."""
    page = facts.pages.get(due.key)
    if page is None:
        return StepResult()
    row = CursorRow(due.key, paging.following(page))
    return StepResult(paging.asked("accreditation", page), (row,))


def _again(again: Again, facts: Facts) -> StepResult[Row]:
    held = facts.held.get(again.key)
    if held is None:
        return StepResult()
    judgement = _judgement(held.record, facts)
    # An `Again` may come twice, or for an accreditation that was merely loaded again.
    if same(held.judgement, judgement) and again.cause != paging.REPUBLISHED:
        return StepResult()
    return _outcome(held.record, judgement, again.cause, again.detail)


def _judgement(record: Normalised, facts: Facts) -> Judgement | None:
    if record.award is None:
        return None
    listed = {
        each.id: each
        for token in bodies_tokens(record)
        for each in facts.accreditations.get(token, ())
    }
    return judge(record, listed.values(), loaded=facts.loaded)


def _outcome(
    record: Normalised, judgement: Judgement | None, cause: str, cause_detail: str
) -> StepResult[Row]:
    accredited = Accredited(
        record=record, judgement=judgement, cause=cause, cause_detail=cause_detail
    )
    # A definition is never judged, so that no accreditation has to find it.
    own = frozenset() if record.award is None else bodies_tokens(record)
    return StepResult(
        emits=(Emit(topics.ACCREDITED, record.key, accredited),),
        rows=(JudgedRow(record.key, record, judgement, own),),
    )
