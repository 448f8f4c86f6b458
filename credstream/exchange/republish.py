"""Has a stage send once more what was lost behind it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.paging import REPUBLISHED
from credstream.contract.records import Accredited, Again, Normalised
from credstream.exchange.databases import require_table, url_of
from credstream.exchange.errors import CommandError
from credstream.exchange.sending import connected
from credstream.exchange.target import check_service, target_of
from credstream.kafka.sender import Outgoing
from credstream.storage.read_only import reading
from services.accreditation.tables import JUDGED
from services.normalise.tables import AWARDS, DEFINITIONS
from services.publisher.tables import HEADS

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which keys: of one provider, received since a time in ms, or one key; all by default."""

    provider: str | None = None
    since: int | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """A table of what a stage holds by key, and the column with the record."""

    table: sa.Table
    record: str


HELD: Mapping[str, tuple[_Held, ...]] = {
    "normalise": (_Held(DEFINITIONS, "record"), _Held(AWARDS, "record")),
    "accreditation": (_Held(JUDGED, "record"),),
    "publisher": (_Held(HEADS, "source"),),
}


def republish(stage: str, wanted: Wanted, directory: Path, progress: Callable[[int], None]) -> int:
    """Ask a stage for its keys again, page by page; how many. Raises CommandError, Unavailable.

    To ask twice does no harm: nothing is published that is not lost, and no version is counted.
    `progress` is called with how many have been asked for so far.
    """
    check_service(stage)
    target = target_of(directory)
    sender, codec = connected(target), target.codec()
    count = 0
    for page in _pages(stage, wanted, directory):
        now = time.time_ns() // 1_000_000
        again = (Again(key=key, cause=REPUBLISHED, detail="", at=now) for key in page)
        topic = topics.again(stage)
        sender.send([Outgoing(topic, codec.encode(each), each.key.encode()) for each in again])
        count += len(page)
        progress(count)
    if not count and wanted != Wanted():
        raise CommandError(f"{stage} holds no such key")
    return count


def _pages(stage: str, wanted: Wanted, directory: Path) -> Iterator[list[str]]:
    """The wanted keys of a stage; each page is read on its own, so that no lock is held."""
    url = url_of(stage, directory)
    for held in HELD[stage]:
        after = ""
        while True:
            with reading(url) as connection:
                require_table(connection, held.table, stage)
                rows = connection.execute(_query(held, wanted, after)).all()
            if not rows:
                break
            after = rows[-1].key
            if keys := _wanted_keys(rows, wanted):
                yield keys


def _query(held: _Held, wanted: Wanted, after: str) -> sa.Select[Any]:
    key, record = held.table.c.key, held.table.c[held.record]
    query = sa.select(key, record).where(key > after).order_by(key).limit(PAGE)
    return query if wanted.key is None else query.where(key == wanted.key)


def _wanted_keys(rows: Sequence[Any], wanted: Wanted) -> list[str]:
    # A definition has a row for each of its versions.
    return list(dict.fromkeys(str(row[0]) for row in rows if _is_wanted(row[1], wanted)))


def _is_wanted(written: bytes, wanted: Wanted) -> bool:
    """Whether a record is of the provider and the time; without either it is not read."""
    if wanted.provider is None and wanted.since is None:
        return True
    found = Codec().decode(written, Normalised, Accredited)
    record = found.record if isinstance(found, Accredited) else found
    since = wanted.since is None or record.received_at >= wanted.since
    return since and wanted.provider in (None, record.provider)
