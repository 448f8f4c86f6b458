"""Reads what a batch of accreditation needs: what is listed for its bodies, and held judgements."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from credstream.contract import paging
from credstream.contract.codec import Codec
from credstream.contract.messages import ReadMessage
from credstream.contract.records import Accreditation, Accredited, Again, Normalised
from credstream.storage.statements import keys_query, select_by_keys
from services.accreditation import pages
from services.accreditation.step import Facts, HeldJudgement, bodies_tokens
from services.accreditation.tables import ACCREDITATIONS, JUDGED, TOKENS

_ANY = sa.select(ACCREDITATIONS.c.id).limit(1)
_JUDGED = keys_query(sa.select(JUDGED), JUDGED.c.key)
_LISTED = keys_query(
    sa.select(TOKENS.c.token, ACCREDITATIONS.c.record).join_from(
        TOKENS, ACCREDITATIONS, TOKENS.c.id == ACCREDITATIONS.c.id
    ),
    TOKENS.c.token,
)


def gather(
    codec: Codec, connection: sa.Connection, batch: Sequence[ReadMessage[Normalised | Again]]
) -> Facts:
    requests = [message.record for message in batch if isinstance(message.record, Again)]
    due = paging.keys_of_pages(requests)
    again = {each.key for each in requests if each.cause != paging.PAGE_DUE}
    held = _held(codec, connection, again)
    records = [each.record for each in held.values()]
    records += [m.record for m in batch if isinstance(m.record, Normalised)]
    wanted = {token for record in records for token in bodies_tokens(record)}
    return Facts(
        listed(codec, connection, wanted),
        held,
        loaded=any_loaded(connection),
        pages=pages.read(connection, due),
    )


def _held(codec: Codec, connection: sa.Connection, keys: set[str]) -> dict[str, HeldJudgement]:
    rows = select_by_keys(connection, _JUDGED, keys)
    kept = {row.key: codec.decode(row.record, Accredited) for row in rows}
    return {key: HeldJudgement(each.record, each.judgement) for key, each in kept.items()}


def listed(
    codec: Codec, connection: sa.Connection, tokens: set[str]
) -> dict[str, tuple[Accreditation, ...]]:
    """The accreditations of organisations with some tokens, by token."""
    by_token: dict[str, list[Accreditation]] = {}
    for row in select_by_keys(connection, _LISTED, tokens):
        record = codec.decode_cached(row.record, Accreditation)
        by_token.setdefault(row.token, []).append(record)
    return {token: tuple(held) for token, held in by_token.items()}


def any_loaded(connection: sa.Connection) -> bool:
    """Whether any list has been loaded: without one, nothing is known of anybody."""
    return connection.execute(_ANY).first() is not None
