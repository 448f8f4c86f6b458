"""Reads who the learners of a batch are, and which links the batch brings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.records import Normalised
from credstream.contract.registration import trusts_identities
from credstream.storage.statements import (
    each_key_query,
    keys_query,
    select_by_keys,
    select_each_key,
)
from services.normalise import links
from services.normalise.examine import Submission
from services.normalise.facts import ErasedLearner, HeldAward, Learner, Persons
from services.normalise.learner_keys import LearnerKeys
from services.normalise.links import INHERITED, LinkRow, person_of
from services.normalise.tables import AWARDS, LINKS

# Of an identifier that leads to more than counts, the rest need not be read.
_COLUMNS = [LINKS.c[field.name] for field in fields(LinkRow)]
_NUMBERED = sa.select(
    *_COLUMNS,
    sa.func.row_number()
    .over(
        partition_by=(LINKS.c.identifier, LINKS.c.provider),
        # Those that count for most come first, the same ones each time.
        order_by=(LINKS.c.taken_back, LINKS.c.trusted.desc(), LINKS.c.target),
    )
    .label("number"),
).subquery()
_LINKS = keys_query(
    sa.select(_NUMBERED).where(_NUMBERED.c.number <= links.MOST_TARGETS + 1),
    _NUMBERED.c.identifier,
)
_LEAD_OTHERS = each_key_query(
    lambda identifier, _: sa.select(identifier).where(
        sa.or_(
            sa.exists().where(AWARDS.c.identifier == identifier),
            sa.exists().where(LINKS.c.target == identifier, LINKS.c.identifier != identifier),
        )
    )
)
# Only awards from before say whom a link of before already joined: they know no identifier.
_AWARDS_OF = (
    sa.select(AWARDS.c.record)
    .where(AWARDS.c.learner == sa.bindparam("learner"), AWARDS.c.identifier == "")
    .order_by(AWARDS.c.key)
)
# Of a learner's awards from before, how many are looked at for one of a provider.
MOST_AWARDS = 50


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a submission says of its learner."""

    provider: str
    hmacs: tuple[str, ...]
    before: Mapping[str, str]
    rows: tuple[LinkRow, ...]


def persons_of(
    codec: Codec,
    keys: LearnerKeys,
    connection: sa.Connection,
    submissions: Iterable[Submission],
    again: Iterable[HeldAward],
) -> Persons:
    """The learners of submissions, and of awards that are looked at again; raises Unavailable."""
    claims = [_claim_of(each) for each in submissions if each.learner.hmacs]
    stored = [each for each in again if each.identifier and each.record.award]
    held = read_links(connection, _asked(claims, stored))
    inherited = _inherited(partial(_providers_of, codec, connection), keys, claims, held)
    held = links.with_rows(held, inherited)
    erased = _erased(keys, claims, held)
    rows = _distinct(row for each in claims for row in _rows(each, erased))
    new = [row for row in rows if _is_new(row, held)]
    joined = links.with_rows(held, new)
    strongest = {(each.provider, each.hmacs[0]) for each in claims}
    strongest |= {(each.record.provider, each.identifier) for each in stored}
    persons = {pair: person_of(pair[1], pair[0], joined) for pair in strongest}
    learners = keys.make_or_get(connection, set(persons.values()))
    return Persons(
        {pair: learners[person] for pair, person in persons.items()},
        _left_learners(keys, stored, persons),
        frozenset(erased),
        (*inherited, *new),
        _leading_others(connection, (*inherited, *new)),
    )


def read_links(
    connection: sa.Connection, asked: Mapping[str, set[str]]
) -> dict[str, list[LinkRow]]:
    """The links of identifiers, by the providers that name them, and of what these lead to.

    Each provider follows what counts for it and has a bound of its own: what a hostile one joins
    to an identifier keeps no other one from following its own links.
    """
    found: dict[str, list[LinkRow]] = {}
    read: set[str] = set()
    wanted = dict(asked)
    seen: dict[str, set[str]] = {provider: set() for provider in asked}
    while unread := set().union(*wanted.values()):
        for row in select_by_keys(connection, _LINKS, unread - read):
            link = LinkRow(*row[: len(_COLUMNS)])
            found.setdefault(link.identifier, []).append(link)
        read |= unread
        for provider, own in wanted.items():
            seen[provider] |= own
            bounded = len(seen[provider]) <= len(asked[provider]) * links.MOST_STEPS
            wanted[provider] = _further(own, provider, found) - seen[provider] if bounded else set()
    return found


def _further(identifiers: Iterable[str], provider: str, found: links.Links) -> set[str]:
    """What identifiers lead to by links that count for a provider."""
    return {
        row.target
        for each in identifiers
        for row in found.get(each, ())
        if links.counts(row, provider)
    }


def _asked(claims: Iterable[_Claim], stored: Iterable[HeldAward]) -> dict[str, set[str]]:
    """The identifiers of a batch by provider; what trusted providers name counts for each."""
    asked: dict[str, set[str]] = {}
    trusted: set[str] = set()
    for each in claims:
        asked.setdefault(each.provider, set()).update(each.hmacs, each.before.values())
        trusted |= {row.target for row in each.rows if row.trusted}
    for award in stored:
        asked.setdefault(award.record.provider, set()).add(award.identifier)
    return {provider: own | trusted for provider, own in asked.items()}


def _claim_of(submission: Submission) -> _Claim:
    received, learner = submission.received, submission.learner
    trusted = trusts_identities(received.registration)
    rows = links.stated(
        learner.hmacs,
        received.provider,
        trusted=trusted,
        at=received.received_at,
    )
    return _Claim(received.provider, learner.hmacs, learner.before, rows)


def _erased(
    keys: LearnerKeys, claims: Sequence[_Claim], held: links.Links
) -> dict[tuple[str, str], str]:
    """The erased person that identifiers lead to, each by its provider and itself.

    Where one identifier of a submission leads to an erased person, all do: no other one, which
    may come alone later, brings the person back.
    """
    found: dict[tuple[str, str], str] = {}
    while True:
        joined = links.with_rows(held, _erased_rows(found))
        persons = {
            (claim.provider, hmac): person_of(hmac, claim.provider, joined)
            for claim in claims
            for hmac in claim.hmacs
        }
        known = keys.existing(set(persons.values()))
        gone = {name for name, each in known.items() if isinstance(each, ErasedLearner)}
        more = {
            (each.provider, hmac): person
            for each in claims
            for person in sorted({persons[each.provider, h] for h in each.hmacs} & gone)[:1]
            for hmac in each.hmacs
            if (each.provider, hmac) not in found
        }
        if not more:
            return found
        found |= more


def _rows(claim: _Claim, erased: Mapping[tuple[str, str], str]) -> Iterable[LinkRow]:
    own = {(claim.provider, hmac): erased.get((claim.provider, hmac), "") for hmac in claim.hmacs}
    return _erased_rows(own) if any(own.values()) else claim.rows


def _erased_rows(found: Mapping[tuple[str, str], str]) -> list[LinkRow]:
    return [
        LinkRow(hmac, provider, person)
        for (provider, hmac), person in found.items()
        if person not in ("", hmac)
    ]


def _distinct(rows: Iterable[LinkRow]) -> Iterable[LinkRow]:
    return {(row.identifier, row.provider, row.target): row for row in rows}.values()


def _is_new(row: LinkRow, held: links.Links) -> bool:
    same = [
        each
        for each in held.get(row.identifier, ())
        if (each.provider, each.target) == (row.provider, row.target)
    ]
    return not same or (row.trusted and not (same[0].trusted or same[0].taken_back))


def _left_learners(
    keys: LearnerKeys, stored: Iterable[HeldAward], persons: Mapping[tuple[str, str], str]
) -> Mapping[str, Learner]:
    """The learners that awards move away from, by key id.

    What a remembered key still opens would lie under a key that lives: an erased person's data.
    """
    ids = {
        each.record.award.learner.key_id
        for each in stored
        if each.record.award
        and each.record.award.learner.key_id != persons[each.record.provider, each.identifier]
    }
    return keys.current(ids) if ids else {}


def _inherited(
    providers_of: Callable[[str], set[str]],
    keys: LearnerKeys,
    claims: Sequence[_Claim],
    held: links.Links,
) -> list[LinkRow]:
    """Links of addresses from before, where the provider has sent an award of the learner."""
    asked = {
        (name, each.provider, row.target)
        for each in claims
        for name, before in each.before.items()
        if not any(row.provider == INHERITED for row in held.get(name, ()))
        for row in held.get(before, ())
        if row.provider == INHERITED and not row.taken_back
    }
    learners = keys.existing({target for *_, target in asked}) if asked else {}
    return [
        LinkRow(name, INHERITED, target)
        for name, provider, target in sorted(asked)
        if target in learners and provider in providers_of(learners[target].pseudonym)
    ]


def _providers_of(codec: Codec, connection: sa.Connection, pseudonym: str) -> set[str]:
    """Who has sent awards of a learner."""
    found = connection.execute(_AWARDS_OF.limit(MOST_AWARDS), {"learner": pseudonym}).scalars()
    return {codec.decode(record, Normalised).provider for record in found}


def _leading_others(connection: sa.Connection, new: Iterable[LinkRow]) -> frozenset[str]:
    """Of the identifiers that lead elsewhere now, those that awards or other identifiers have."""
    changed = {row.identifier for row in new}
    return frozenset(select_each_key(connection, _LEAD_OTHERS, changed, set()))
