"""Wires accreditation: its step, its store and the lists that it follows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from credstream.contract import topics
from credstream.contract.messages import ReadMessage
from credstream.contract.records import Accreditation, Again, Normalised, Provider
from credstream.kafka.clients import codec_of
from credstream.process.settings import Settings
from credstream.runtime.control_path import ControlPath
from credstream.runtime.data_path import DataPath
from credstream.runtime.reference import Control, learn_provider
from credstream.runtime.resources import Resources
from credstream.runtime.service import NOBODY, Sender, Service, as_read, nothing_known, reader
from credstream.runtime.worker import Worker
from credstream.storage.engine import engine_of
from services.accreditation import gather, lists, source_age, write
from services.accreditation.step import accredit, learn

READS: Mapping[str, type[Normalised | Again]] = {
    topics.NORMALISED: Normalised,
    topics.again("accreditation"): Again,
}


def build(settings: Settings) -> Worker:
    # Tables keep the built-in ids, so that they outlive a registry.
    wire, database = codec_of(settings), engine_of(settings, "database_url")
    codec = wire.for_databases()
    service = Service(
        name="accreditation",
        inputs=tuple(READS),
        read=reader(wire, READS),
        known=nothing_known,
        examine=as_read,
        gather=partial(gather.gather, codec),
        step=accredit,
        learn=learn,
        apply=partial(write.apply, codec),
        sender=sender,
    )
    controls = (
        Control(topics.PROVIDERS, Provider, learn_provider(codec), exclusive=True),
        Control(
            topics.ACCREDITATIONS, Accreditation, lists.learn_accreditation(codec), exclusive=True
        ),
    )
    ages = source_age.SourceAge(database)
    resources = Resources(settings, wire, database)
    return Worker(
        resources,
        (DataPath(service, resources),),
        ControlPath(service.name, controls, resources),
        (ages,),
    )


def sender(message: ReadMessage[Normalised | Again]) -> Sender:
    """Provider and submission of a message, for a refusal's receipt."""
    if isinstance(message.record, Normalised):
        return Sender(message.record.provider, message.record.submission)
    return NOBODY
