"""A Kafka cluster, our user there, and what errors of its clients mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import (
    KafkaError,
)

from credstream.contract.errors import ActionNeeded, Unavailable
from credstream.kafka.profiles import COMMON, Config
from credstream.process.diagnosis import Diagnosis, RecentErrors, of_broker, of_refusal
from credstream.process.settings import Settings, needed

# Errors that only follow from another one, which the client has reported to its error callback.
NO_ANSWER = {
    KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001
    KafkaError._TRANSPORT,  # noqa: SLF001
    KafkaError._TIMED_OUT,  # noqa: SLF001
    KafkaError._MSG_TIMED_OUT,  # noqa: SLF001
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Kafka cluster and our user there; `security` has librdkafka's names."""

    address: str
    profile: str = "kafka"
    security: Config = field(default_factory=dict, repr=False)
    errors: RecentErrors = field(default_factory=RecentErrors, repr=False, compare=False)

    def refusal(self, error: KafkaError) -> Unavailable:
        """What an answer of the broker means for an operator."""
        return _unavailable(of_refusal(self.address, self.security, error))

    def outage(self) -> Unavailable:
        """Why the broker does not answer, by the recent errors of its clients."""
        return _unavailable(of_broker(self.address, self.security, self.errors.entries))

    def failure(self, error: KafkaError) -> Unavailable:
        """What an error of a call means: the broker's own answer, or why there is none."""
        return self.outage() if error.code() in NO_ANSWER else self.refusal(error)


def cluster_of(settings: Settings) -> Cluster:
    """The cluster that the settings name; raises SettingsError for a login that lacks a part."""
    protocol = settings.security_protocol
    security: dict[str, Any] = {} if protocol == "plaintext" else {"security.protocol": protocol}
    if protocol.startswith("sasl"):
        security |= {
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": needed(settings, "sasl_username"),
            "sasl.password": needed(settings, "sasl_password"),
        }
    if protocol.endswith("ssl") and settings.broker_ca:
        security["ssl.ca.pem"] = settings.broker_ca
    return Cluster(settings.broker, settings.profile, security)


def common_settings(cluster: Cluster, **more: Any) -> dict[str, Any]:
    """The settings of every client of a cluster; `more` are further ones, with _ for the dots."""
    named = {name.replace("_", "."): value for name, value in more.items()}
    own = {"bootstrap.servers": cluster.address, "error_cb": cluster.errors.add}
    return own | dict(COMMON) | dict(cluster.security) | named


def _unavailable(diagnosis: Diagnosis) -> Unavailable:
    return ActionNeeded(str(diagnosis)) if diagnosis.wrong else Unavailable(str(diagnosis))
