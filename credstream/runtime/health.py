"""How a process is, for pages and watchdog: as well as the worst of its data paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from credstream.runtime.data_path import DataPath


@dataclass(frozen=True, slots=True)
class Health:
    """Reads the progress of all data paths; times are by the monotonic clock."""

    paths: Sequence[DataPath]

    def turn(self) -> None:
        """Count a turn for all paths, while what they wait for is retried."""
        for path in self.paths:
            path.progress.turn()

    def last_turn(self) -> float:
        return min(path.progress.turned for path in self.paths)

    def calling(self) -> float | None:
        """When the oldest transaction call began that has not returned."""
        began = [path.progress.calling for path in self.paths]
        return min((at for at in began if at is not None), default=None)

    def waits_for(self) -> str | None:
        """What work waits for, None when all of it goes on."""
        return next(filter(None, (path.waits_for() for path in self.paths)), None)
