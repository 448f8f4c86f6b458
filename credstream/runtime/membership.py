"""Topics that came while no worker of a group was there, which the group then leaves out.

To a static member that returns within its session the coordinator gives what it had, whatever it
subscribes to now; and as the topics that match do not change any more, librdkafka does not ask
again. Seen on Apache Kafka 4.3.1; decision 0018.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from dataclasses import dataclass

from confluent_kafka import ConsumerGroupState, KafkaException
from confluent_kafka.admin import AdminClient

from credstream.contract.errors import Unavailable
from credstream.runtime import clients
from credstream.runtime.clients import Cluster

SECONDS, AGAIN_SECONDS = 10.0, 0.5


@dataclass(slots=True)
class Membership:
    """One group, and what its members subscribe to: names, or patterns that begin with ^."""

    cluster: Cluster
    group: str
    inputs: Collection[str]
    asked: float = 0.0

    def left_out(self) -> set[str] | None:
        """Topics of which a partition is nobody's; None while that is not known.

        Raises Unavailable. Asks the broker twice a second at most.
        """
        if time.monotonic() - self.asked < AGAIN_SECONDS:
            return None
        client = AdminClient(clients.common(self.cluster))
        held = self._held(client)
        known = clients.topics_of(client)[1]
        self.asked = time.monotonic()
        if held is None:
            return None
        wanted = {name: known[name] for name in known if self._is_input(name)}
        return {n for n, count in wanted.items() if not {(n, p) for p in range(count)} <= held}

    def _held(self, client: AdminClient) -> set[tuple[str, int]] | None:
        asked = client.describe_consumer_groups([self.group], request_timeout=SECONDS)
        try:
            found = asked[self.group].result(SECONDS)
        except KafkaException as error:
            raise Unavailable(f"broker: group {self.group}: {error.args[0].str()}") from error
        except TimeoutError as error:
            raise Unavailable(f"broker: group {self.group}: no answer") from error
        if found.state != ConsumerGroupState.STABLE:
            return None
        places = [place for each in found.members for place in each.assignment.topic_partitions]
        return {(place.topic, place.partition) for place in places}

    def _is_input(self, topic: str) -> bool:
        return any(
            re.match(each, topic) if each.startswith("^") else each == topic for each in self.inputs
        )
