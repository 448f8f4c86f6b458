"""Ends what an earlier life of a worker left open at the broker, while everything else loads.

A killed worker's unfinished transaction keeps every reader behind it, of all partitions that it
wrote to, until the next life of the same name begins. So that comes first, in a thread, before
half a second of imports.

Later it makes the producer anew where that has lost a broker (decision 0020): librdkafka may wait
without an end for a coordinator that it has thrown away, and only another client forgets it.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from confluent_kafka import KafkaException, Producer

from credstream.contract.errors import Unavailable
from credstream.kafka import clients
from credstream.kafka.clients import Cluster
from credstream.process import timeouts
from credstream.process.settings import Settings, SettingsError


class Fence:
    """The transactional producer of a worker; begins to connect when it is made.

    `cluster` is where the producer tells what it hears of the broker, once there is one.
    """

    def __init__(self, settings: Settings, name: str) -> None:
        self._settings, self._name = settings, name
        self.cluster: Cluster | None = None
        self._made: Producer | None = None
        self._at = 0.0
        self._thread = threading.Thread(target=self._early, daemon=True)
        self._thread.start()

    def producer(self) -> Producer:
        """The producer, whose earlier lives are over; raises Unavailable.

        Another one where the last has lost a broker; call it between transactions only.
        """
        self._thread.join()
        made, self._made = self._made, None
        if made is None or self._lost(made):
            made = self._fenced()
        self._made = made
        return made

    def _lost(self, made: Producer) -> bool:
        made.poll(0)  # what it has to tell is told here
        heard = self.cluster is not None and self.cluster.witness.heard
        return bool(heard) and time.monotonic() - self._at > timeouts.PRODUCER_RENEWAL_SECONDS

    def _early(self) -> None:
        # What is wrong here is wrong again when somebody asks, and is told then.
        with suppress(KafkaException, Unavailable, SettingsError):
            self._made = self._fenced()

    def _fenced(self) -> Producer:
        cluster = self.cluster = clients.cluster_of(self._settings)
        made = clients.producer(cluster, transactional_id=self._name)
        clients.seen(cluster, made, timeouts.FENCING_CONNECT_SECONDS)
        try:
            made.init_transactions(timeouts.FENCING_SECONDS)
        except KafkaException as error:
            raise cluster.refused(error.args[0]) from error
        cluster.witness.forget()
        self._at = time.monotonic()
        return made
