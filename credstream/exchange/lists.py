"""Lists of accreditations: published from files, and what the service knows of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.records import Accreditation
from credstream.exchange.files import ListFile, list_file
from credstream.exchange.sending import connected
from credstream.exchange.target import Target, settings_for
from credstream.kafka.sender import Outgoing, Sender


def load(target: Target, path: Path, name: str) -> ListFile:
    """Publish the list in a file; the services judge the affected awards again."""
    found = list_file(path, name, int(time.time() * 1000))
    publish(connected(target), target.codec(), found.accreditations)
    return found


def publish(sender: Sender, codec: Codec, records: Sequence[Accreditation]) -> None:
    """Send accreditations, and wait until the broker has them."""
    sender.send([Outgoing(topics.ACCREDITATIONS, codec.encode(r), r.id.encode()) for r in records])


def known_to_accreditation(folder: Path) -> list[Accreditation]:
    """The accreditations in the tables of the service, by id."""
    import sqlalchemy as sa

    from credstream.storage.read_only import reading
    from services.accreditation.tables import ACCREDITATIONS

    with reading(settings_for("accreditation", folder).database_url) as connection:
        rows = connection.execute(sa.select(ACCREDITATIONS.c.record)).all()
    codec = Codec()
    return sorted((codec.decode(row[0], Accreditation) for row in rows), key=lambda each: each.id)
