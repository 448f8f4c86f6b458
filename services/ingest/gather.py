"""Reads what a batch of ingest needs: registrations, and what is known of its keys."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming
from credstream.contract.records import Provider
from credstream.runtime.reference import providers
from credstream.storage.statements import among, select_in
from services.ingest.examine import Examined, examine
from services.ingest.step import Facts, Place
from services.ingest.tables import LAST, SEEN

_LAST = among(sa.select(LAST), LAST.c.key)
_SEEN = among(sa.select(SEEN), SEEN.c.key)


def gather(codec: Codec, connection: sa.Connection, batch: Sequence[Incoming]) -> Facts:
    """Registrations first, since they say how to read; then what is known of the keys found."""
    registered = providers(connection, codec, {_provider(message.topic) for message in batch})
    examined = {
        _place(message): _examined(message, registered.get(_provider(message.topic)))
        for message in batch
    }
    keys = {
        received.key
        for each in examined.values()
        if isinstance(each, Examined)
        for received in each.received
    }
    last = select_in(connection, _LAST, keys)
    seen = select_in(connection, _SEEN, keys)
    return Facts(
        examined,
        {row.key: row.digest for row in last},
        {(row.key, row.digest, row.submission) for row in seen},
    )


def unknown(codec: Codec, connection: sa.Connection, names: set[str]) -> set[str]:
    """The topics whose provider is not registered (yet)."""
    registered = providers(connection, codec, {_provider(name) for name in names})
    return {name for name in names if _provider(name) not in registered}


def _examined(message: Incoming, provider: Provider | None) -> Examined | Rejected:
    try:
        return examine(message, _entitled(message, provider))
    except Rejected as refusal:
        return refusal


def _entitled(message: Incoming, provider: Provider | None) -> Provider:
    """The registration behind a topic; raises Rejected where it does not stand behind it."""
    kind, name = topics.provider_of(message.topic) or ("", "")
    if provider is None:
        raise Rejected("provider.unknown", "", name)
    if kind != provider.kind:
        raise Rejected("provider.unknown", "", f"{provider.id} is no {kind}")
    if provider.status != "active":
        raise Rejected("provider.suspended", "", provider.id)
    return provider


def _provider(topic: str) -> str:
    return (topics.provider_of(topic) or ("", ""))[1]


def _place(message: Incoming) -> Place:
    return message.topic, message.partition, message.offset
