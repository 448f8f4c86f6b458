"""Reads what a batch of normalise needs: definitions, awards, and who the learners are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from credstream.contract import paging
from credstream.contract.codec import Codec
from credstream.contract.messages import ReadMessage
from credstream.contract.records import Again, Normalised
from credstream.storage.statements import KeysQuery, keys_query, select_by_keys
from services.normalise import moves, pages
from services.normalise.assemble import definition_key_of
from services.normalise.examine import Submission
from services.normalise.facts import Facts, HeldAward, HeldDefinition, Learner, Persons
from services.normalise.learner_keys import LearnerKeys
from services.normalise.moves import joined_key
from services.normalise.persons import persons_of
from services.normalise.tables import AWARDS, DEFINITIONS, SOURCES

_DEFINITIONS = keys_query(
    sa.select(DEFINITIONS).order_by(DEFINITIONS.c.key, DEFINITIONS.c.since), DEFINITIONS.c.key
)
_AWARDS = keys_query(sa.select(AWARDS), AWARDS.c.key)
_WAITING = keys_query(sa.select(AWARDS).where(AWARDS.c.waiting), AWARDS.c.key)
_CONTENTS = keys_query(
    sa.select(AWARDS.c.alike, AWARDS.c.key).where(AWARDS.c.alike != ""), AWARDS.c.learner
)
_SOURCES = keys_query(sa.select(SOURCES), SOURCES.c.key)


def gather(
    codec: Codec,
    keys: LearnerKeys,
    connection: sa.Connection,
    batch: Sequence[ReadMessage[Submission | Again]],
) -> Facts:
    """The facts of a batch; raises Unavailable where the vault is."""
    submissions = [m.record for m in batch if isinstance(m.record, Submission)]
    requests = [m.record for m in batch if isinstance(m.record, Again)]
    due = paging.keys_of_pages(requests)
    again = {each.key for each in requests if each.cause != paging.PAGE_DUE}
    awards = _awards(codec, connection, _AWARDS, again)
    # Of a key that a submission brings, the row matters only where it waits: learn takes it from
    # those that wait for a definition. A record is costly to decode.
    sent = {each.received.key for each in submissions}
    awards |= _awards(codec, connection, _WAITING, sent - again)
    described = _definition_keys(submissions)
    republished = {each.key for each in requests if each.cause == paging.REPUBLISHED}
    named = described | republished | {award.record.definition.key for award in awards.values()}
    arriving = _definition_keys(s for s in submissions if s.received.kind == "definition")
    own = {key for key, award in awards.items() if award.waiting}
    awaited = pages.awaited(connection, described, own)
    looked_at = [award for key, award in awards.items() if key in again]
    persons = persons_of(codec, keys, connection, submissions, looked_at)
    joined = {joined_key(each) for each in persons.joined}
    return Facts(
        definitions=definitions(codec, connection, named),
        awards=awards,
        awaited=awaited,
        paging=pages.paging_of(connection, due, arriving | awaited | joined),
        sources=_sources(codec, connection, submissions, _to_move(looked_at, persons)),
        contents=_contents(connection, persons.learners.values()),
        persons=persons,
    )


def definitions(
    codec: Codec, connection: sa.Connection, keys: set[str]
) -> dict[str, tuple[HeldDefinition, ...]]:
    """The versions of some definitions by their keys, in the order of their first days."""
    found: dict[str, list[HeldDefinition]] = {}
    for row in select_by_keys(connection, _DEFINITIONS, keys):
        record = codec.decode_cached(row.record, Normalised)
        held = HeldDefinition(
            record.definition,
            record.account.provenance,
            row.registered,
            row.since,
            record if record.provider else None,
        )
        found.setdefault(row.key, []).append(held)
    return {key: tuple(held) for key, held in found.items()}


def _definition_keys(submissions: Iterable[Submission]) -> set[str]:
    return {definition_key_of(each.parsed, each.received.registration) for each in submissions}


def _awards(
    codec: Codec, connection: sa.Connection, query: KeysQuery, keys: set[str]
) -> dict[str, HeldAward]:
    rows = select_by_keys(connection, query, keys)
    return {
        row.key: HeldAward(codec.decode(row.record, Normalised), row.waiting, row.identifier)
        for row in rows
    }


def _to_move(looked_at: Iterable[HeldAward], persons: Persons) -> set[str]:
    """The awards whose learner is another one now."""
    return {each.record.key for each in looked_at if moves.new_learner(each, persons)}


def _sources(
    codec: Codec, connection: sa.Connection, submissions: Iterable[Submission], moved: set[str]
) -> dict[str, dict[str, Normalised]]:
    """What each format said of the awards that move, and what other formats said of those sent.

    A submission replaces what its own format said.
    """
    arriving: dict[str, set[str]] = {key: set() for key in moved}
    for each in submissions:
        arriving.setdefault(each.received.key, set()).add(each.received.format)
    found: dict[str, dict[str, Normalised]] = {}
    for row in select_by_keys(connection, _SOURCES, set(arriving)):
        if row.key in moved or arriving[row.key] != {row.format}:
            found.setdefault(row.key, {})[row.format] = codec.decode(row.record, Normalised)
    return found


def _contents(connection: sa.Connection, learners: Iterable[Learner]) -> dict[str, str]:
    """The awards of a batch's learners, each with what is the same for awards of one content."""
    pseudonyms = {each.pseudonym for each in learners}
    return {row.key: row.alike for row in select_by_keys(connection, _CONTENTS, pseudonyms)}
