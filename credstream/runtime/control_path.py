"""A process's control path: reference topics, read before its data paths and beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from credstream.kafka import clients
from credstream.kafka.sender import Sender
from credstream.process import timeouts
from credstream.runtime.progress import Wait
from credstream.runtime.reference import AnyControl, Reference
from credstream.runtime.reference_lag import ReferenceWatch
from credstream.runtime.resources import Resources


@dataclass(slots=True)
class ControlPath:
    """Takes reference records into the tables of one service; `reference` is None until opened.

    `waiting` is what its agent waits for, beside the data paths.
    """

    service: str
    controls: Sequence[AnyControl]
    resources: Resources
    reference: Reference | None = None
    waiting: Wait | None = None

    @property
    def topics(self) -> list[str]:
        return [control.topic for control in self.controls]

    def open(self, cluster_id: str, turn: Callable[[], None]) -> None:
        """Read the topics to the ends that they have now; `turn` is called meanwhile.

        Early is not wrong (decision 0006): a submission that comes with its registration must
        not be refused because its topic was read first. Raises Unavailable.
        """
        cluster = self.resources.cluster()
        sender = Sender(cluster, stall_seconds=timeouts.REFERENCE_STALL_SECONDS)
        engine, codec = self.resources.engine, self.resources.codec
        self.reference = Reference(engine, codec, sender, cluster_id, self.controls, self.service)
        reader = clients.consumer(cluster, self._group)
        try:
            self.reference.catch_up(reader, turn)
        finally:
            reader.close()

    def watch(self, stopping: Callable[[], bool]) -> None:
        """Beside the data paths, see to it that the tables follow the topics."""
        if self.reference is None:
            return
        reader = clients.consumer(self.resources.cluster(), self._group)
        lagging = partial(self.reference.lagging, reader)
        read = partial(self.reference.read_to_end, reader)
        # Two looks find a partition that does not move: that is less than the time for which
        # messages of an unknown provider are held, so its registration is read before.
        every = min(timeouts.REFERENCE_CHECK_SECONDS, self.resources.settings.hold_seconds / 4)
        try:
            ReferenceWatch(lagging, read, every=every).run(stopping)
        finally:
            reader.close()

    @property
    def _group(self) -> str:
        return f"{self.service}-catch-up"
