"""Wires ingest: its functions and the registrations that it reads."""

from __future__ import annotations

from functools import partial

from credstream.contract import topics
from credstream.contract.messages import Incoming
from credstream.contract.records import Provider
from credstream.kafka.clients import codec_of
from credstream.process.settings import Settings
from credstream.runtime.control_path import ControlPath
from credstream.runtime.data_path import DataPath
from credstream.runtime.reference import Control, learn_provider
from credstream.runtime.resources import Resources
from credstream.runtime.service import Sender, Service
from credstream.runtime.worker import Worker
from credstream.storage.engine import engine_of
from services.ingest import gather, write
from services.ingest.event import submission_of
from services.ingest.examine import examine
from services.ingest.step import ingest, learn


def build(settings: Settings) -> Worker:
    # Tables keep the built-in ids, so that they outlive a registry.
    wire = codec_of(settings)
    codec = wire.for_databases()
    service = Service(
        name="ingest",
        inputs=(topics.SUBMISSIONS,),
        strategy="roundrobin",
        read=lambda _message: None,
        known=partial(gather.registrations, codec),
        examine=examine,
        gather=gather.gather,
        step=ingest,
        learn=learn,
        apply=write.apply,
        sender=sender,
        unknown=partial(gather.unknown, codec),
    )
    controls = (Control(topics.PROVIDERS, Provider, learn_provider(codec), exclusive=True),)
    resources = Resources(settings, wire, engine_of(settings, "database_url"))
    return Worker(
        resources,
        (DataPath(service, resources),),
        ControlPath(service.name, controls, resources),
    )


def sender(message: Incoming) -> Sender:
    """Provider and submission of a message, for a refusal's receipt."""
    named = topics.provider_of(message.topic)
    return Sender(named[1] if named else None, submission_of(message))
