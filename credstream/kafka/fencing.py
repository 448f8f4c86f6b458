"""Fences earlier processes of a worker, while everything else is imported.

The unfinished transaction of a killed worker blocks every read_committed consumer of all partitions
that it wrote to, until a producer with the same transactional id calls init_transactions. So that
comes first, in a thread, before half a second of imports (decision 0003).

Later the producer is replaced where it has lost a broker (decision 0020): librdkafka may wait
without end for a coordinator whose record it has dropped, and only a new client asks again.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from confluent_kafka import KafkaException, Producer

from credstream.contract.errors import Unavailable
from credstream.kafka import clients, metadata
from credstream.kafka.cluster import Cluster, cluster_of
from credstream.process import timeouts
from credstream.process.settings import Settings, SettingsError


class Fence:
    """The transactional producer of a worker; it begins to connect when it is created.

    `cluster` is the one to which the producer reports its errors, once there is one.
    """

    def __init__(self, settings: Settings, name: str) -> None:
        self._settings, self._name = settings, name
        self.cluster: Cluster | None = None
        self._producer: Producer | None = None
        self._connected_at = 0.0
        self._thread = threading.Thread(target=self._connect_early, daemon=True)
        self._thread.start()

    def producer(self) -> Producer:
        """The producer, after earlier processes of this name were fenced; raises Unavailable.

        It is a new one where the last has lost a broker; call this between transactions only.
        """
        self._thread.join()
        # Forgotten while it is replaced: if that fails, the next call must not return the old one.
        producer, self._producer = self._producer, None
        if producer is None or self._lost_a_broker(producer):
            producer = self._connect()
        self._producer = producer
        return producer

    def _lost_a_broker(self, producer: Producer) -> bool:
        producer.poll(0)  # the client calls its error callback here
        errors = self.cluster is not None and self.cluster.errors.entries
        age = time.monotonic() - self._connected_at
        # A node that is down is reported again and again: not each report is a reason.
        return bool(errors) and age > timeouts.PRODUCER_RENEWAL_SECONDS

    def _connect_early(self) -> None:
        # A failure here happens again in `producer`, whose caller can report it.
        with suppress(KafkaException, Unavailable, SettingsError):
            self._producer = self._connect()

    def _connect(self) -> Producer:
        cluster = self.cluster = cluster_of(self._settings)
        producer = clients.producer(cluster, transactional_id=self._name)
        metadata.fetch(cluster, producer, timeouts.FENCING_CONNECT_SECONDS)
        try:
            producer.init_transactions(timeouts.FENCING_SECONDS)
        except KafkaException as error:
            raise cluster.refusal(error.args[0]) from error
        # Errors while it connected do not mean that it lost a broker that it relies on.
        cluster.errors.clear()
        self._connected_at = time.monotonic()
        return producer
