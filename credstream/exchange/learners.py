"""Which identifiers lead to one learner, and how an operator takes such a link back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from credstream.contract import paging
from credstream.contract.codec import Codec
from credstream.contract.records import Again, Normalised
from credstream.exchange.databases import require_table, url_of, vault_url
from credstream.exchange.errors import CommandError
from credstream.exchange.sending import connected
from credstream.exchange.target import Target, target_of
from credstream.kafka.sender import Outgoing
from credstream.storage import cursors
from credstream.storage.engine import open_engine, transaction
from credstream.storage.read_only import reading
from credstream.storage.statements import lock_epoch, upsert
from credstream.storage.vault import Vault
from services.normalise import erasures
from services.normalise.links import INHERITED
from services.normalise.moves import CAUSE, STAGE, joined_key
from services.normalise.tables import AWARDS, CURSORS, ERASED, LINKS

# Fewer letters of an HMAC may be those of several.
FEWEST_LETTERS = 8


@dataclass(frozen=True, slots=True)
class Link:
    """An identifier of a person that leads to a stronger one; both are HMACs, never values.

    `provider` said so; it is empty for links from before links had one. `said_at` is in ms.
    """

    identifier: str
    provider: str
    target: str
    trusted: bool
    taken_back: bool
    said_at: int


@dataclass(frozen=True, slots=True)
class LearnerOfAward:
    """A learner by the id of the key, and how many awards are the learner's."""

    key_id: str
    awards: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which links are asked for: those of an award, of a provider, or from before."""

    award: str | None = None
    provider: str | None = None
    inherited: bool = False


def links(wanted: Wanted, directory: Path, most: int) -> Sequence[Link]:
    """At most so many links, read without a lock; raises CommandError."""
    with reading(url_of(STAGE, directory)) as connection:
        require_table(connection, LINKS, STAGE)
        query = sa.select(LINKS).where(LINKS.c.identifier != LINKS.c.target)
        if wanted.award is not None:
            query = query.where(_near(_identifier_of(connection, wanted.award)))
        if wanted.inherited or wanted.provider is not None:
            provider = INHERITED if wanted.inherited else wanted.provider
            query = query.where(LINKS.c.provider == provider)
        ordered = query.order_by(LINKS.c.identifier, LINKS.c.provider, LINKS.c.target)
        return [Link(*row) for row in connection.execute(ordered.limit(most))]


def unlink(identifier: str, target: str, provider: str, directory: Path) -> Link:
    """Take back the link between two identifiers, each given by the beginning of its HMAC.

    The awards that it moved are looked at again. What the provider says later does not bring it
    back. To repeat it does no harm, and is the way out where the broker went away in between.
    Raises CommandError where there is not exactly one such link, and Unavailable.
    """
    if min(len(identifier), len(target)) < FEWEST_LETTERS:
        raise CommandError(f"give at least the first {FEWEST_LETTERS} letters of each HMAC")
    exchange = target_of(directory)
    # Before anything is written: a link that is gone while no award is asked for looks done.
    sender = connected(exchange)
    with transaction(open_engine(url_of(STAGE, directory))) as connection:
        require_table(connection, LINKS, STAGE)
        # No batch in flight may still decide by the link.
        lock_epoch(connection, exclusive=True)
        link = _only(connection, identifier, target, provider)
        row = (
            LINKS.c.identifier == link.identifier,
            LINKS.c.provider == link.provider,
            LINKS.c.target == link.target,
        )
        connection.execute(sa.update(LINKS).where(*row).values(taken_back=True))
        again = _started(connection, link.identifier)
    sender.send([_page_request(exchange, again)])
    return link


def learner_of(award: str, directory: Path) -> LearnerOfAward:
    """The learner of an award; raises CommandError where there is none."""
    with reading(url_of(STAGE, directory)) as connection:
        require_table(connection, AWARDS, STAGE)
        row = connection.execute(sa.select(AWARDS.c.record).where(AWARDS.c.key == award)).first()
        stored = Codec().decode(row.record, Normalised).award if row else None
        if stored is None:
            raise CommandError(f"no award has the key {award}")
        learner = stored.learner
        count = sa.select(sa.func.count()).where(AWARDS.c.learner == learner.pseudonym)
        return LearnerOfAward(learner.key_id, int(connection.execute(count).scalar() or 0))


def erase(learner: LearnerOfAward, directory: Path) -> None:
    """Erase a learner by deleting the key.

    The list first: a crash between the two leaves a learner who is listed and not erased, which
    the next start of normalise tells.
    """
    with transaction(open_engine(url_of(STAGE, directory))) as connection:
        require_table(connection, ERASED, STAGE)
        now = time.time_ns() // 1_000_000
        upsert(connection, ERASED, [{"learner": learner.key_id, "erased_at": now}])
    _vault(directory).erase(learner.key_id)


def erase_again(directory: Path) -> int:
    """Erase in the vault every learner that normalise knows as erased; how many were not."""
    vault, count = _vault(directory), 0
    for page in erasures.pages(open_engine(url_of(STAGE, directory))):
        for learner in sorted(vault.not_erased(page)):
            vault.erase(learner)
            count += 1
    return count


def _vault(directory: Path) -> Vault:
    # Deleting needs no key that opens others.
    return Vault(open_engine(vault_url(directory)), b"")


def _near(identifier: str) -> sa.ColumnElement[bool]:
    return sa.or_(LINKS.c.identifier == identifier, LINKS.c.target == identifier)


def _identifier_of(connection: sa.Connection, award: str) -> str:
    query = sa.select(AWARDS.c.identifier).where(AWARDS.c.key == award)
    row = connection.execute(query).first()
    if row is None:
        raise CommandError(f"no award has the key {award}")
    if not row.identifier:
        raise CommandError("the award is from before its identifier was kept: send it again")
    return str(row.identifier)


def _only(connection: sa.Connection, identifier: str, target: str, provider: str) -> Link:
    query = sa.select(LINKS).where(
        LINKS.c.identifier.startswith(identifier, autoescape=True),
        LINKS.c.target.startswith(target, autoescape=True),
        LINKS.c.provider == provider,
    )
    found = connection.execute(query.limit(2)).all()
    if len(found) != 1:
        raise CommandError("several links begin so: give more letters" if found else "no such link")
    return Link(*found[0])


def _started(connection: sa.Connection, identifier: str) -> Again:
    """Hold the cursor of the awards to look at again."""
    key, now = joined_key(identifier), time.time_ns() // 1_000_000
    again = Again(key=key, cause=CAUSE, detail="", at=now)
    held = cursors.read(connection, CURSORS, {key}).get(key)
    row = paging.CursorRow(key, paging.started(held, again))
    cursors.write(connection, CURSORS, [row])
    return again


def _page_request(exchange: Target, again: Again) -> Outgoing:
    emit = paging.request(STAGE, again)
    return Outgoing(emit.topic, exchange.codec().encode(emit.record), emit.key.encode())
