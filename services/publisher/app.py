"""Wires publisher: its step, its tables, and an outbox for each channel."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from credstream.contract import topics
from credstream.contract.messages import ReadMessage
from credstream.contract.records import Accredited, Again, Provider
from credstream.kafka.clients import codec_of
from credstream.process.settings import Settings, needed, secret_key
from credstream.runtime.control_path import ControlPath
from credstream.runtime.data_path import DataPath
from credstream.runtime.reference import Control, learn_provider
from credstream.runtime.resources import Resources
from credstream.runtime.service import NOBODY, Sender, Service, as_read, nothing_known, reader
from credstream.runtime.worker import Worker
from credstream.storage.engine import engine_of
from credstream.storage.vault import Vault
from services.publisher import gather, write
from services.publisher.channels.table import CHANNELS
from services.publisher.outbox import Outbox
from services.publisher.step import learn, publish

READS: Mapping[str, type[Accredited | Again]] = {
    topics.ACCREDITED: Accredited,
    topics.again("publisher"): Again,
}


def build(settings: Settings) -> Worker:
    # Tables keep the built-in ids, so that they outlive a registry.
    wire, database = codec_of(settings), engine_of(settings, "database_url")
    codec = wire.for_databases()
    vault = Vault(engine_of(settings, "vault_url"), secret_key("KEK", needed(settings, "kek")))
    channels = tuple(open_channel(settings, vault) for open_channel in CHANNELS)
    service = Service(
        name="publisher",
        inputs=tuple(READS),
        read=reader(wire, READS),
        known=nothing_known,
        examine=as_read,
        gather=partial(gather.gather, codec),
        step=partial(publish, channels=channels),
        learn=learn,
        apply=partial(write.apply, codec),
        sender=sender,
    )
    controls = (Control(topics.PROVIDERS, Provider, learn_provider(codec), exclusive=True),)
    outboxes = tuple(Outbox(database, codec, channel) for channel in channels)
    resources = Resources(settings, wire, database, vault.engine)
    return Worker(
        resources,
        (DataPath(service, resources),),
        ControlPath(service.name, controls, resources),
        outboxes,
    )


def sender(message: ReadMessage[Accredited | Again]) -> Sender:
    """Provider and submission of a message, for a refusal's receipt."""
    if isinstance(message.record, Accredited):
        return Sender(message.record.record.provider, message.record.record.submission)
    return NOBODY
