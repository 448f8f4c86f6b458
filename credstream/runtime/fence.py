"""Ends what an earlier life of a worker left open at the broker, while everything else loads.

A killed worker's unfinished transaction keeps every reader behind it, of all partitions that it
wrote to, until the next life of the same name begins. So that comes first, in a thread, before
half a second of imports.
"""

from __future__ import annotations

import threading
from contextlib import suppress

from confluent_kafka import KafkaException, Producer

from credstream.contract.errors import Unavailable
from credstream.runtime import clients
from credstream.runtime.clients import Cluster
from credstream.runtime.settings import Settings, SettingsError

SECONDS = 10.0
REACH_SECONDS = 3.0


class Fence:
    """The transactional producer of a worker; begins to connect when it is made.

    `cluster` is where the producer tells what it hears of the broker, once there is one.
    """

    def __init__(self, settings: Settings, name: str) -> None:
        self._settings, self._name = settings, name
        self.cluster: Cluster | None = None
        self._made: Producer | None = None
        self._thread = threading.Thread(target=self._early, daemon=True)
        self._thread.start()

    def producer(self) -> Producer:
        """The producer, whose earlier lives are over; raises Unavailable."""
        self._thread.join()
        return self._made or self._fenced()

    def _early(self) -> None:
        # What is wrong here is wrong again when somebody asks, and is told then.
        with suppress(KafkaException, Unavailable, SettingsError):
            self._made = self._fenced()

    def _fenced(self) -> Producer:
        cluster = self.cluster = clients.cluster_of(self._settings)
        made = clients.producer(cluster, transactional_id=self._name)
        clients.reached(cluster, made, REACH_SECONDS)
        try:
            made.init_transactions(SECONDS)
        except KafkaException as error:
            raise cluster.refused(error.args[0]) from error
        return made
