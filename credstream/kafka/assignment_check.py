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

from credstream.kafka.admin import Admin
from credstream.kafka.clients import Cluster

AGAIN_SECONDS = 0.5


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
        admin = Admin(self.cluster)
        held, known = admin.held(self.group), admin.partitions()
        self.asked = time.monotonic()
        if held is None:
            return None
        wanted = {name: known[name] for name in known if self._is_input(name)}
        return {n for n, count in wanted.items() if not {(n, p) for p in range(count)} <= held}

    def _is_input(self, topic: str) -> bool:
        return any(
            re.match(each, topic) if each.startswith("^") else each == topic for each in self.inputs
        )
