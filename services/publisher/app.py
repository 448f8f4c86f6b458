"""Wires publisher: its step, its store, and the outbox of the Europass channel."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from credstream.contract import topics
from credstream.contract.messages import Incoming
from credstream.contract.records import Accredited, Again, Provider
from credstream.kafka.clients import codec_of
from credstream.process.settings import Settings, SettingsError, needed, secret_key
from credstream.runtime.reference import Control, learn_provider
from credstream.runtime.stage import Service
from credstream.runtime.worker import Worker
from credstream.storage.engine import engine_of
from credstream.storage.vault import Vault
from services.publisher import gather, seal, write
from services.publisher.channels.europass import Europass
from services.publisher.outbox import Outbox
from services.publisher.seal import Sealer
from services.publisher.step import learn, publish

READS = {topics.ACCREDITED: Accredited, topics.again("publisher"): Again}


def build(settings: Settings) -> Worker:
    # Tables keep the built-in ids, so that they outlive a registry.
    wire, database = codec_of(settings), engine_of(settings, "database_url")
    codec = wire.stored()
    service = Service(
        name="publisher",
        inputs=tuple(READS),
        read=lambda message: wire.decode(message.value, READS[message.topic]),
        gather=partial(gather.gather, codec),
        step=publish,
        learn=learn,
        apply=partial(write.apply, codec),
        sender=sender,
    )
    vault = Vault(engine_of(settings, "vault_url"), secret_key("KEK", needed(settings, "kek")))
    channel = Europass(Path(settings.europass_dir), sealer_of(settings), vault)
    controls = (Control(topics.PROVIDERS, Provider, learn_provider(codec)),)
    outbox = Outbox(database, codec, channel)
    return Worker(
        service, settings, wire, controls, database, vault=vault.engine, runners=(outbox,)
    )


def sealer_of(settings: Settings) -> Sealer:
    """The seal's key and certificate; raises SettingsError where they are unfit."""
    key, certificate = needed(settings, "seal_key"), needed(settings, "seal_certificate")
    try:
        return seal.load(key.encode(), certificate.encode())
    except ValueError as error:
        raise SettingsError(f"CREDSTREAM_SEAL_KEY, CREDSTREAM_SEAL_CERTIFICATE: {error}") from error


def sender(message: Incoming) -> tuple[str | None, str]:
    """Provider and submission of a message, for a refusal's receipt."""
    if isinstance(message.record, Accredited):
        return message.record.record.provider, message.record.record.submission
    return None, ""
