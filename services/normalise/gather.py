"""Reads what a batch of normalise needs: definitions, awards, and who the learners are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import sqlalchemy as sa

from credstream.contract import paging
from credstream.contract.codec import Codec
from credstream.contract.messages import ReadMessage
from credstream.contract.records import Again, Normalised
from credstream.storage.statements import KeysQuery, keys_query, select_by_keys
from services.normalise import pages
from services.normalise.assemble import definition_key_of
from services.normalise.examine import Submission
from services.normalise.facts import Facts, HeldAward, HeldDefinition, Learner, LearnerKey
from services.normalise.links import LinkRow, link_learners
from services.normalise.tables import AWARDS, DEFINITIONS, LINKS, SOURCES

KeysOf = Callable[[Iterable[str]], Mapping[str, Learner]]

_DEFINITIONS = keys_query(
    sa.select(DEFINITIONS).order_by(DEFINITIONS.c.key, DEFINITIONS.c.since), DEFINITIONS.c.key
)
_AWARDS = keys_query(sa.select(AWARDS), AWARDS.c.key)
_WAITING = keys_query(sa.select(AWARDS).where(AWARDS.c.waiting), AWARDS.c.key)
_CONTENTS = keys_query(
    sa.select(AWARDS.c.alike, AWARDS.c.key).where(AWARDS.c.alike != ""), AWARDS.c.learner
)
_SOURCES = keys_query(sa.select(SOURCES), SOURCES.c.key)
_LINKS = keys_query(sa.select(LINKS), LINKS.c.hmac)


def gather(
    codec: Codec,
    keys_of: KeysOf,
    connection: sa.Connection,
    batch: Sequence[ReadMessage[Submission | Again]],
) -> Facts:
    """The facts of a batch; `keys_of` gives the keys of learners once their links are decided."""
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
    named = described | {award.record.definition.key for award in awards.values()}
    arriving = _definition_keys(s for s in submissions if s.received.kind == "definition")
    own = {key for key, award in awards.items() if award.waiting}
    awaited = pages.awaited(connection, described, own)
    learners, new_links = _learners(connection, keys_of, submissions)
    return Facts(
        definitions=definitions(codec, connection, named),
        awards=awards,
        awaited=awaited,
        paging=pages.paging_of(connection, due, arriving | awaited),
        sources=_sources(codec, connection, submissions),
        contents=_contents(connection, learners.values()),
        learners=learners,
        new_links=new_links,
    )


def definitions(
    codec: Codec, connection: sa.Connection, keys: set[str]
) -> dict[str, tuple[HeldDefinition, ...]]:
    """The versions of some definitions by their keys, in the order of their first days."""
    found: dict[str, list[HeldDefinition]] = {}
    for row in select_by_keys(connection, _DEFINITIONS, keys):
        record = codec.decode_cached(row.record, Normalised)
        held = HeldDefinition(
            record.definition, record.account.provenance, row.registered, row.since
        )
        found.setdefault(row.key, []).append(held)
    return {key: tuple(held) for key, held in found.items()}


def _definition_keys(submissions: Iterable[Submission]) -> set[str]:
    return {definition_key_of(each.parsed, each.received.registration) for each in submissions}


def _awards(
    codec: Codec, connection: sa.Connection, query: KeysQuery, keys: set[str]
) -> dict[str, HeldAward]:
    rows = select_by_keys(connection, query, keys)
    return {row.key: HeldAward(codec.decode(row.record, Normalised), row.waiting) for row in rows}


def _learners(
    connection: sa.Connection, keys_of: KeysOf, submissions: Sequence[Submission]
) -> tuple[dict[str, Learner], tuple[LinkRow, ...]]:
    """The learner of each submission by its strongest identifier, and the links that are new."""
    identifiers = [each.identifiers for each in submissions if each.identifiers]
    every = {identifier for own in identifiers for identifier in own}
    held = {row.hmac: row.learner for row in select_by_keys(connection, _LINKS, every)}
    links, new = link_learners(identifiers, held)
    keys = keys_of({links[strongest] for strongest, *_ in identifiers})
    return {strongest: keys[links[strongest]] for strongest, *_ in identifiers}, new


def _sources(
    codec: Codec, connection: sa.Connection, submissions: Iterable[Submission]
) -> dict[str, dict[str, Normalised]]:
    """What other formats said of the awards: a submission replaces what its own format said."""
    arriving: dict[str, set[str]] = {}
    for each in submissions:
        arriving.setdefault(each.received.key, set()).add(each.received.format)
    found: dict[str, dict[str, Normalised]] = {}
    for row in select_by_keys(connection, _SOURCES, set(arriving)):
        if arriving[row.key] != {row.format}:
            found.setdefault(row.key, {})[row.format] = codec.decode(row.record, Normalised)
    return found


def _contents(connection: sa.Connection, learners: Iterable[Learner]) -> dict[str, str]:
    """The awards of a batch's learners, each with what is the same for awards of one content."""
    pseudonyms = {each.pseudonym for each in learners if isinstance(each, LearnerKey)}
    return {row.key: row.alike for row in select_by_keys(connection, _CONTENTS, pseudonyms)}
