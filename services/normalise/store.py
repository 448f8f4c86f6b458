"""Reads what a batch of normalise needs, and writes what it decided."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected
from credstream.contract.identity import definition_key
from credstream.contract.messages import Incoming, ReadMessage
from credstream.contract.records import Again, Normalised, Received
from credstream.contract.values import Account, Completeness, Definition, Origin
from credstream.formats.shared import credential_ids
from credstream.formats.shared.parsed import Parsed
from credstream.storage.statements import Among, among, select_in, upsert
from credstream.storage.vault import Vault
from services.normalise.facts import (
    AwardRow,
    DefinitionRow,
    Facts,
    HeldAward,
    HeldDefinition,
    LearnerKey,
    Place,
    Row,
)
from services.normalise.learner import hmac_of, identifiers
from services.normalise.step import MAPPING, read
from services.normalise.tables import AWARDS, DEFINITIONS, LINKS, SOURCES

_DEFINITIONS = among(
    sa.select(DEFINITIONS).order_by(DEFINITIONS.c.key, DEFINITIONS.c.since), DEFINITIONS.c.key
)
_AWARDS = among(sa.select(AWARDS), AWARDS.c.key)
_WAITING = among(sa.select(AWARDS).where(AWARDS.c.waiting), AWARDS.c.key)
_WAITING_FOR = among(
    sa.select(AWARDS.c.definition_key, AWARDS.c.key).where(AWARDS.c.waiting),
    AWARDS.c.definition_key,
)
_FOLLOWING = among(
    sa.select(AWARDS.c.definition_key, AWARDS.c.key, AWARDS.c.issued_on).where(~AWARDS.c.waiting),
    AWARDS.c.definition_key,
)
_CONTENTS = among(
    sa.select(AWARDS.c.alike, AWARDS.c.key).where(AWARDS.c.alike != ""), AWARDS.c.learner
)
_SOURCES = among(sa.select(SOURCES), SOURCES.c.key)
_LINKS = among(sa.select(LINKS), LINKS.c.hmac)


@dataclass(frozen=True, slots=True)
class Store:
    """Reads what a batch needs and writes what it decided."""

    codec: Codec
    vault: Vault
    secret: bytes

    def gather(
        self, connection: sa.Connection, batch: Sequence[ReadMessage[Received | Again]]
    ) -> Facts:
        received = {_place(m): m.record for m in batch if isinstance(m.record, Received)}
        parsed = {place: _parsed(record) for place, record in received.items()}
        again = {m.record.key for m in batch if isinstance(m.record, Again)}
        keys = {r.key for r in received.values()} - again
        awards = self._awards(connection, _AWARDS, again)
        awards |= self._awards(connection, _WAITING, keys)
        named = {each.record.definition.key for each in awards.values()}
        named |= set(_definition_keys(received, parsed))
        arriving = set(_definition_keys(received, parsed, "definition"))
        learners = self._learners(connection, received, parsed)
        return Facts(
            parsed=parsed,
            definitions=self._definitions(connection, named),
            awards=awards,
            waiting=_waiting(connection, named),
            followers=_followers(connection, arriving),
            sources=self._sources(connection, received.values()),
            contents=_contents(connection, {each.pseudonym for each in learners.values()}),
            learners=learners,
        )

    def apply(self, connection: sa.Connection, rows: Sequence[Row]) -> None:
        definitions = [row for row in rows if isinstance(row, DefinitionRow)]
        awards = [row for row in rows if isinstance(row, AwardRow)]
        for row in (each for each in definitions if each.replaces):
            gone = (DEFINITIONS.c.key == row.key, DEFINITIONS.c.since.in_(row.replaces))
            connection.execute(sa.delete(DEFINITIONS).where(*gone))
        upsert(connection, DEFINITIONS, [self._definition_row(row) for row in definitions])
        upsert(connection, AWARDS, [self._award_row(row) for row in awards])
        upsert(connection, SOURCES, [self._source_row(row.source) for row in awards if row.source])

    def _awards(
        self, connection: sa.Connection, which: Among, keys: set[str]
    ) -> dict[str, HeldAward]:
        rows = select_in(connection, which, keys)
        return {
            row.key: HeldAward(self.codec.decode(row.record, Normalised), row.waiting)
            for row in rows
        }

    def _definitions(
        self, connection: sa.Connection, keys: set[str]
    ) -> dict[str, tuple[HeldDefinition, ...]]:
        found: dict[str, tuple[HeldDefinition, ...]] = {}
        for row in select_in(connection, _DEFINITIONS, keys):
            record = self.codec.held(row.record, Normalised)
            held = HeldDefinition(
                record.definition, record.account.provenance, row.registered, row.since
            )
            found[row.key] = (*found.get(row.key, ()), held)
        return found

    def _sources(
        self, connection: sa.Connection, received: Iterable[Received]
    ) -> dict[str, dict[str, Normalised]]:
        """What other formats said of the awards: one that comes replaces what its own said."""
        arriving: dict[str, set[str]] = {}
        for each in received:
            arriving.setdefault(each.key, set()).add(each.format)
        found: dict[str, dict[str, Normalised]] = {}
        for row in select_in(connection, _SOURCES, set(arriving)):
            if arriving[row.key] != {row.format}:
                record = self.codec.decode(row.record, Normalised)
                found.setdefault(row.key, {})[row.format] = record
        return found

    def _learners(
        self,
        connection: sa.Connection,
        received: Mapping[Place, Received],
        parsed: dict[Place, Parsed | Rejected],
    ) -> dict[Place, LearnerKey]:
        """One learner per award, linked by any identifier; the links are kept at once."""
        hmacs = {
            place: self._hmacs(received[place], each)
            for place, each in parsed.items()
            if isinstance(each, Parsed)
        }
        hmacs = {place: found for place, found in hmacs.items() if found}
        every = {each for found in hmacs.values() for each in found}
        links = {row.hmac: row.learner for row in select_in(connection, _LINKS, every)}
        known, who = set(links), {}
        for place, found in hmacs.items():
            who[place] = next((links[each] for each in found if each in links), found[0])
            for each in found:
                links.setdefault(each, who[place])
        new = sorted(every - known)
        upsert(connection, LINKS, [{"hmac": h, "learner": links[h]} for h in new])
        keys = self.vault.make_or_get(who.values())
        for place, name in who.items():
            if keys[name] is None:
                parsed[place] = Rejected("learner.erased", "learner", "the learner was erased")
        return {
            place: LearnerKey(self._pseudonym(name), name, key)
            for place, name in who.items()
            if (key := keys[name]) is not None
        }

    def _hmacs(self, received: Received, parsed: Parsed) -> list[str]:
        if parsed.learner is None:
            return []
        return [
            hmac_of(self.secret, received.provider, scheme, value)
            for scheme, value in identifiers(parsed.learner, received.country)
        ]

    def _pseudonym(self, learner: str) -> str:
        """Not the vault's own id: who reads a stream must not learn the names of keys."""
        return hmac.digest(self.secret, f"pseudonym\n{learner}".encode(), "sha256").hex()

    def _definition_row(self, row: DefinitionRow) -> dict[str, object]:
        record = _as_record(row.definition, row.origins)
        return {
            "key": row.key,
            "since": row.since,
            "registered": row.registered,
            "record": self.codec.encode(record),
        }

    def _award_row(self, row: AwardRow) -> dict[str, object]:
        return {
            "key": row.key,
            "definition_key": row.definition_key,
            "waiting": row.waiting,
            "issued_on": row.record.award.issued_on if row.record.award else "",
            "learner": row.record.award.learner.pseudonym if row.record.award else "",
            "alike": row.alike,
            "record": self.codec.encode(row.record),
        }

    def _source_row(self, source: Normalised) -> dict[str, object]:
        record = self.codec.encode(source)
        return {"key": source.key, "format": source.format, "record": record}


def _parsed(received: Received) -> Parsed | Rejected:
    try:
        return read(received)
    except Rejected as refusal:
        return refusal


def _definition_keys(
    received: Mapping[Place, Received],
    parsed: Mapping[Place, Parsed | Rejected],
    kind: str | None = None,
) -> Iterable[str]:
    """The keys of the definitions that are named, of records of one kind alone where it is told."""
    for place, record in received.items():
        each, provider = parsed[place], record.registration
        if isinstance(each, Parsed) and kind in (None, record.kind):
            yield definition_key(provider.country, provider.id, credential_ids.definition_id(each))


def _waiting(connection: sa.Connection, keys: set[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in select_in(connection, _WAITING_FOR, keys):
        found[row.definition_key] = (*found.get(row.definition_key, ()), row.key)
    return found


def _followers(connection: sa.Connection, keys: set[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in select_in(connection, _FOLLOWING, keys):
        found.setdefault(row.definition_key, {})[row.key] = row.issued_on
    return found


def _contents(connection: sa.Connection, learners: set[str]) -> dict[str, str]:
    """The awards that the learners of a batch have, each with what is the same for its content."""
    return {row.key: row.alike for row in select_in(connection, _CONTENTS, learners)}


def _as_record(definition: Definition, origins: tuple[Origin, ...]) -> Normalised:
    """A definition in the one record that has a schema for it."""
    none = Completeness(mandatory=0, mandatory_of=0, optional=0, optional_of=0)
    return Normalised(
        key=definition.key,
        kind="definition",
        provider="",
        country="",
        submission="",
        received_at=0,
        format="",
        envelope="",
        proof="",
        mapping=MAPPING,
        definition=definition,
        account=Account(provenance=origins, completeness=none),
        cause="",
    )


def _place(message: Incoming) -> Place:
    return message.topic, message.partition, message.offset
