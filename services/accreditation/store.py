"""accreditation's tables: the lists, and the last judgement of every key."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Unavailable
from credstream.contract.messages import Emit, Incoming
from credstream.contract.records import Accreditation, Accredited, Again
from credstream.process import metrics
from credstream.runtime.reference import Learn
from credstream.storage.engine import transaction
from credstream.storage.statements import among, select_in, upsert
from credstream.storage.tables import METADATA
from services.accreditation.organisations import tokens
from services.accreditation.step import Facts, HeldJudgement, JudgedRow, bodies_tokens

ACCREDITATIONS = sa.Table(
    "accreditations",
    METADATA,
    sa.Column("id", sa.String(200), primary_key=True),
    sa.Column("as_of", sa.BigInteger, nullable=False),
    sa.Column("record", sa.LargeBinary, nullable=False),
)
# Tokens stay when an accreditation loses them: its awards must still be found.
TOKENS = sa.Table(
    "accreditation_tokens",
    METADATA,
    sa.Column("token", sa.String(300), primary_key=True),
    sa.Column("id", sa.String(200), primary_key=True),
)
JUDGED = sa.Table(
    "judged",
    METADATA,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("record", sa.LargeBinary, nullable=False),
)
JUDGED_TOKENS = sa.Table(
    "judged_tokens",
    METADATA,
    sa.Column("token", sa.String(300), primary_key=True),
    sa.Column("key", sa.String(60), primary_key=True),
)
_ANY = sa.select(ACCREDITATIONS.c.id).limit(1)
_JUDGED = among(sa.select(JUDGED), JUDGED.c.key)
_LISTED = among(
    sa.select(TOKENS.c.token, ACCREDITATIONS.c.record).join_from(
        TOKENS, ACCREDITATIONS, TOKENS.c.id == ACCREDITATIONS.c.id
    ),
    TOKENS.c.token,
)


def gather(codec: Codec, connection: sa.Connection, batch: Sequence[Incoming]) -> Facts:
    again = {message.record.key for message in batch if isinstance(message.record, Again)}
    held = _held(codec, connection, again)
    records = [each.record for each in held.values()]
    records += [m.record for m in batch if not isinstance(m.record, Again)]
    wanted = {token for record in records for token in bodies_tokens(record)}
    return Facts(_listed(codec, connection, wanted), held, loaded=_loaded(connection))


def apply(codec: Codec, connection: sa.Connection, rows: Sequence[object]) -> None:
    judged = [row for row in rows if isinstance(row, JudgedRow)]
    upsert(connection, JUDGED, [{"key": row.key, "record": _kept(codec, row)} for row in judged])
    upsert(
        connection,
        JUDGED_TOKENS,
        [{"token": token, "key": row.key} for row in judged for token in row.tokens],
    )


def learn_accreditation(codec: Codec) -> Learn:
    """Take an accreditation into the tables; every award that it may concern is judged again."""

    def learn(connection: sa.Connection, key: str, record: Accreditation | None) -> Sequence[Emit]:
        loaded = _loaded(connection)
        if record is None:
            connection.execute(sa.delete(ACCREDITATIONS).where(ACCREDITATIONS.c.id == key))
        else:
            row = {"id": key, "as_of": record.as_of, "record": codec.encode(record)}
            upsert(connection, ACCREDITATIONS, [row])
            found = sorted(tokens(record.organisation))
            upsert(connection, TOKENS, [{"token": token, "id": key} for token in found])
        again = Again(key="", cause=_cause(record), detail=key, at=record.as_of if record else 0)
        # With the first accreditation, or without the last, everybody's "no list" changes.
        turned = loaded != _loaded(connection)
        return [_for(again, name) for name in _affected(connection, key, everyone=turned)]

    return learn


@dataclass(slots=True)
class Ages:
    """Keeps the metric of the oldest source true, also when nothing arrives."""

    engine: sa.Engine
    seconds: float = 5.0

    def run(self, stopping: Callable[[], bool]) -> None:
        due = 0.0
        while not stopping():
            if time.monotonic() >= due:
                due = time.monotonic() + self.seconds
                self._measure()
            time.sleep(0.2)

    def _measure(self) -> None:
        try:
            with transaction(self.engine) as connection:
                oldest = connection.execute(sa.select(sa.func.min(ACCREDITATIONS.c.as_of))).scalar()
        except Unavailable:
            return
        if oldest is not None:
            metrics.REFERENCE_AGE.labels("accreditation").set(time.time() - oldest / 1000)


def _held(codec: Codec, connection: sa.Connection, keys: set[str]) -> dict[str, HeldJudgement]:
    rows = select_in(connection, _JUDGED, keys)
    kept = {row.key: codec.decode(row.record, Accredited) for row in rows}
    return {key: HeldJudgement(each.record, each.judgement) for key, each in kept.items()}


def _listed(
    codec: Codec, connection: sa.Connection, wanted: set[str]
) -> dict[str, tuple[Accreditation, ...]]:
    found: dict[str, tuple[Accreditation, ...]] = {}
    for row in select_in(connection, _LISTED, wanted):
        known = found.get(row.token, ())
        found[row.token] = (*known, codec.held(row.record, Accreditation))
    return found


def _affected(connection: sa.Connection, key: str, *, everyone: bool) -> list[str]:
    """Awards of a body with one of the accreditation's tokens; all, when it is the first."""
    query = sa.select(JUDGED.c.key)
    if not everyone:
        own = sa.select(TOKENS.c.token).where(TOKENS.c.id == key)
        query = sa.select(JUDGED_TOKENS.c.key).where(JUDGED_TOKENS.c.token.in_(own)).distinct()
    return sorted(row.key for row in connection.execute(query))


def _loaded(connection: sa.Connection) -> bool:
    return connection.execute(_ANY).first() is not None


def _cause(record: Accreditation | None) -> str:
    if record is None:
        return "accreditation.deleted"
    return "accreditation.withdrawn" if record.withdrawn_on else "accreditation.changed"


def _for(again: Again, key: str) -> Emit:
    record = Again(key=key, cause=again.cause, detail=again.detail, at=again.at)
    return Emit(topics.again("accreditation"), key, record)


def _kept(codec: Codec, row: JudgedRow) -> bytes:
    return codec.encode(
        Accredited(record=row.record, judgement=row.judgement, cause="", cause_detail="")
    )
