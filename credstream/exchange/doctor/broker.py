"""The doctor connects to the broker: what it answers, or why it does not."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from credstream.contract import rights, topics
from credstream.exchange.doctor.findings import (
    OK,
    UNKNOWN,
    Finding,
    certificate_finding,
    finding_of,
)
from credstream.exchange.target import Target
from credstream.kafka import metadata
from credstream.kafka.cluster import Cluster, common_settings
from credstream.process import timeouts
from credstream.process.diagnosis import Diagnosis, ErrorText, of_broker


@dataclass(frozen=True, slots=True)
class BrokerReport:
    """A cluster: its id, empty where it is away, and the partitions of the topics we may see."""

    target: Target
    id: str
    partitions: Mapping[str, int]
    findings: tuple[Finding, ...] = ()

    @property
    def cluster(self) -> Cluster:
        return self.target.cluster

    @property
    def user(self) -> str:
        return str(self.cluster.security.get("sasl.username", ""))

    @property
    def service(self) -> str | None:
        """The service whose user we are."""
        return next((s for s in topics.SERVICES if rights.user_of_service(s) == self.user), None)


def connect(target: Target) -> BrokerReport:
    """Ask a cluster for its topics, or find out why it does not answer."""
    cluster = target.cluster
    # An error of an earlier attempt would be taken for the cause of this one.
    cluster.errors.clear()
    try:
        client = AdminClient(common_settings(cluster))
        found = metadata.list_topics(cluster, client, timeouts.DOCTOR_BROKER_SECONDS)
    except KafkaException as error:
        errors = [*cluster.errors.entries, *_probed(cluster)]
        return BrokerReport(target, "", {}, (finding_of("broker", _why(cluster, error, errors)),))
    counts = {name: len(topic.partitions) for name, topic in found.topics.items()}
    report = BrokerReport(target, found.cluster_id or "", counts)
    user = f" {report.user}" if report.user else ""
    answers = Finding("broker", OK, f"{cluster.address} answers{user}; cluster {report.id}")
    return replace(report, findings=(answers, *_certificate(cluster)))


def _why(cluster: Cluster, error: KafkaException, errors: Iterable[ErrorText]) -> Diagnosis:
    own = error.args[0].name(), error.args[0].str()
    return of_broker(cluster.address, cluster.security, [own, *errors])


def _probed(cluster: Cluster) -> Iterator[ErrorText]:
    """What our own handshake tells: librdkafka does not say which part of it failed."""
    try:
        _handshake(cluster)
    except ssl.SSLCertVerificationError as error:
        yield "_SSL", f"certificate verify failed: {error.verify_message}"
    except (OSError, ValueError):
        return
    else:
        if not _secure(cluster):
            yield "_SSL", "a listener that speaks TLS"


def _certificate(cluster: Cluster) -> Iterator[Finding]:
    """How long the broker's certificate is in force, as Python sees it: Faust does so too."""
    if not _secure(cluster):
        return
    try:
        ends = str(_handshake(cluster).get("notAfter", ""))
        until = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
        begins = datetime.min.replace(tzinfo=UTC)
        yield certificate_finding("broker", "its certificate", begins, until)
    except ssl.SSLCertVerificationError as error:
        errors = [("_SSL", f"certificate verify failed: {error.verify_message}")]
        yield finding_of("broker", of_broker(cluster.address, cluster.security, errors))
    except (OSError, ValueError) as error:
        yield Finding("broker", UNKNOWN, f"its certificate could not be read: {error}", "try again")


def _handshake(cluster: Cluster) -> Mapping[str, Any]:
    """The certificate of the first broker, verified where our clients verify it."""
    host, _, port = cluster.address.split(",")[0].strip().rpartition(":")
    context = ssl.create_default_context(cadata=cluster.security.get("ssl.ca.pem"))
    if not _secure(cluster):
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    seconds = timeouts.DOCTOR_CONNECT_SECONDS
    with (
        socket.create_connection((host.strip("[]"), int(port)), seconds) as plain,
        context.wrap_socket(plain, server_hostname=host.strip("[]")) as wrapped,
    ):
        return wrapped.getpeercert() or {}


def _secure(cluster: Cluster) -> bool:
    return str(cluster.security.get("security.protocol", "")).endswith("ssl")
