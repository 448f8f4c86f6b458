"""Topics that were created while no worker of a group was there, which the group then leaves out.

To a static member that returns within its session the coordinator gives what it had, whatever it
subscribes to now; and as the topics that match do not change any more, librdkafka does not ask
again. Seen on Apache Kafka 4.3.1; decision 0018.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from dataclasses import dataclass

from credstream.kafka import groups
from credstream.kafka.admin import Admin
from credstream.kafka.cluster import Cluster
from credstream.process import timeouts


@dataclass(slots=True)
class AssignmentCheck:
    """Checks once that every input topic is assigned to some member of a group.

    `inputs` are what the members subscribe to: names, or patterns that begin with ^. `asked` is
    when the broker was last asked, `answered` whether the question is settled.
    """

    cluster: Cluster
    group: str
    inputs: Collection[str]
    asked: float = 0.0
    answered: bool = False

    def unassigned(self) -> set[str]:
        """Topics of which a partition is assigned to no member; they are named once.

        Empty while the group is forming: a later call asks again, twice a second at most.
        Raises Unavailable.
        """
        if self.answered or time.monotonic() - self.asked < timeouts.ASSIGNMENT_CHECK_SECONDS:
            return set()
        assigned = groups.assigned(self.cluster, self.group)
        counts = Admin(self.cluster).partitions()
        self.asked = time.monotonic()
        if assigned is None:  # a rebalance is under way: what is assigned will change
            return set()
        self.answered = True
        inputs = {topic: count for topic, count in counts.items() if self._is_input(topic)}
        return {t for t, count in inputs.items() if not {(t, p) for p in range(count)} <= assigned}

    def _is_input(self, topic: str) -> bool:
        return any(
            re.match(name, topic) if name.startswith("^") else name == topic for name in self.inputs
        )
