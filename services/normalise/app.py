"""Wires normalise: its functions and the vault of learners' keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from credstream.contract import topics
from credstream.contract.messages import ReadMessage
from credstream.contract.records import Again, Provider, Received
from credstream.kafka.clients import codec_of
from credstream.process.settings import Settings, needed, secret_key
from credstream.runtime.control_path import ControlPath
from credstream.runtime.data_path import DataPath
from credstream.runtime.reference import Control, learn_provider
from credstream.runtime.resources import Resources
from credstream.runtime.service import NOBODY, Sender, Service, nothing_known, reader
from credstream.runtime.worker import Worker
from credstream.storage.engine import engine_of
from credstream.storage.vault import Vault
from services.normalise import erasures, gather, write
from services.normalise.examine import examine
from services.normalise.facts import learn
from services.normalise.learner_keys import LearnerKeys
from services.normalise.step import normalise

READS: Mapping[str, type[Received | Again]] = {
    topics.RECEIVED: Received,
    topics.again("normalise"): Again,
}


def build(settings: Settings) -> Worker:
    # Tables keep the built-in ids, so that they outlive a registry.
    wire, database = codec_of(settings), engine_of(settings, "database_url")
    codec = wire.for_databases()
    vault = Vault(engine_of(settings, "vault_url"), secret_key("KEK", needed(settings, "kek")))
    secret = secret_key("PSEUDONYM_KEY", needed(settings, "pseudonym_key"))
    service = Service(
        name="normalise",
        inputs=tuple(READS),
        read=reader(wire, READS),
        known=nothing_known,
        examine=partial(examine, secret),
        gather=partial(gather.gather, codec, LearnerKeys(vault, secret)),
        batch_rows=lambda facts: facts.persons.new_links,
        step=normalise,
        learn=learn,
        apply=partial(write.apply, codec),
        sender=sender,
        exclusive=brings_definitions,
    )
    controls = (Control(topics.PROVIDERS, Provider, learn_provider(codec), exclusive=True),)
    resources = Resources(settings, wire, database, vault.engine)
    return Worker(
        resources,
        (DataPath(service, resources),),
        ControlPath(service.name, controls, resources),
        check=partial(erasures.check, database, vault),
    )


def sender(message: ReadMessage[Received | Again]) -> Sender:
    """Provider and submission of a message, for a refusal's receipt."""
    if isinstance(message.record, Received):
        return Sender(message.record.provider, message.record.submission)
    return NOBODY


def brings_definitions(batch: Sequence[ReadMessage[Received | Again]]) -> bool:
    """Awards in flight elsewhere must either see a definition or be seen waiting for it.

    Any submission may describe one: an award does so for its own. Being alone also keeps two
    workers from naming one new person differently.
    """
    return any(isinstance(message.record, Received) for message in batch)
