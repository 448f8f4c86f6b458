"""What ends a process that is stuck: in a thread of its own, and one time-out outside Python.

The thread looks at the loops each second, and puts off the time-out. Where a thread holds the
interpreter, such as one inside a regular expression, nobody puts it off any more: the interpreter's
own watcher, which needs no lock of it, writes all stacks to standard error and ends the process.
"""

from __future__ import annotations

import faulthandler
import sys
import threading
import time
from dataclasses import dataclass

from credstream.process import timeouts
from credstream.process.logs import logger
from credstream.runtime.ending import end
from credstream.runtime.health import Health
from credstream.runtime.progress import Wait

# A transaction call that is late although the broker has answered so many checks in a row will
# never return (decision 0020).
CHECKS = 5
HELD = 1  # the exit code that faulthandler gives


@dataclass(slots=True)
class Watchdog:
    """Ends the process when a loop has not turned for `patience` seconds, held or not.

    Where librdkafka hangs in a transaction call and ignores its time-out, although the broker
    answers, that is sooner. Until then it reports from time to time what the broker says.
    """

    health: Health
    patience: float
    reported: float = 0.0
    answers: int = 0

    def start(self) -> None:
        """Watch until the process ends, by whatever."""
        faulthandler.enable(sys.stderr)  # a signal such as SIGSEGV leaves its stacks as well
        self._put_off()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def _watch(self) -> None:
        while True:
            self._put_off()
            self.look()
            time.sleep(timeouts.WATCHDOG_CHECK_SECONDS)

    def _put_off(self) -> None:
        faulthandler.dump_traceback_later(self.patience, exit=True, file=sys.stderr)

    def look(self) -> None:
        """Look once at everything; ends the process, or does not return where it has to."""
        still = time.monotonic() - self.health.last_turn()
        if self.health.is_stuck(self.patience):
            self._end(still)
        if self._hangs():
            self._end(timeouts.HUNG_CALL_SECONDS + CHECKS * timeouts.WATCHDOG_CHECK_SECONDS)
        if still <= timeouts.STILL_REPORT_SECONDS:
            self.health.stuck = None
        elif time.monotonic() - self.reported > timeouts.STILL_REPORT_SECONDS:
            self._report(still)

    def _report(self, still: float) -> None:
        self.reported = time.monotonic()
        away = self.health.away()
        why = away or "a call has not come back, though the broker answers"
        self.health.stuck = Wait("broker" if away else "call", why)
        logger().warning("dependency unavailable", why=why, still=round(still))

    def _hangs(self) -> bool:
        began = self.health.calling()
        late = began is not None and time.monotonic() - began > timeouts.HUNG_CALL_SECONDS
        self.answers = self.answers + 1 if late and not self.health.away() else 0
        return self.answers >= CHECKS

    def _end(self, seconds: float) -> None:
        faulthandler.dump_traceback(sys.stderr)
        why = f"a call has not come back for {seconds:.0f} s; start again"
        end("data path stuck", TimeoutError(why), to_blame=True)
