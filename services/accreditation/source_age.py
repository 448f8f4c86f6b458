"""Measures how old the oldest list is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from credstream.contract.errors import Unavailable
from credstream.process import metrics, timeouts
from credstream.runtime.progress import Wait
from credstream.storage.engine import transaction
from services.accreditation.tables import ACCREDITATIONS


@dataclass(slots=True)
class SourceAge:
    """Keeps the metric of the oldest source true, also when nothing arrives."""

    engine: sa.Engine
    seconds: float = timeouts.SOURCE_AGE_SECONDS
    waiting: Wait | None = None

    def run(self, stopping: Callable[[], bool]) -> None:
        due = 0.0
        while not stopping():
            # A list grows older while nothing arrives, so that no message could measure it.
            if time.monotonic() >= due:
                due = time.monotonic() + self.seconds
                self._measure()
            time.sleep(timeouts.STOP_CHECK_SECONDS)

    def _measure(self) -> None:
        try:
            with transaction(self.engine) as connection:
                oldest = connection.execute(sa.select(sa.func.min(ACCREDITATIONS.c.as_of))).scalar()
        except Unavailable as failure:
            self.waiting = Wait(failure.cause, str(failure))
            return
        self.waiting = None
        if oldest is not None:
            metrics.REFERENCE_AGE.labels("accreditation").set(time.time() - oldest / 1000)
