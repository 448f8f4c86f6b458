"""The breakers that services open when they refuse too many messages at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from credstream.exchange.databases import require_table, url_of
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import BREAKER


@dataclass(frozen=True, slots=True)
class OpenBreaker:
    """Why a worker has stopped."""

    worker: str
    reason: str


def close(service: str, directory: Path) -> Sequence[OpenBreaker]:
    """Close the breakers of a service, whose workers look again within seconds; which were open."""
    with transaction(open_engine(url_of(service, directory))) as connection:
        require_table(connection, BREAKER, service)
        rows = connection.execute(sa.select(BREAKER)).all()
        connection.execute(sa.delete(BREAKER))
    return [OpenBreaker(row.worker, row.reason) for row in rows]
