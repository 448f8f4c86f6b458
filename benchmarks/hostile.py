"""What hostile files cost: `python -m benchmarks.hostile`, CPU of one reading, the dearest first.

The aim is 100 ms for a submission of at most 1 MiB.
"""

from __future__ import annotations

import time
from contextlib import suppress

from credstream.contract import topics
from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming
from services.ingest.examine import read_submission
from tests.support import hostile
from tests.support.normalising import provider

TRIES, SHOWN = 5, 8
TOPIC = topics.submissions("certifier", "festo-like")


def milliseconds(value):
    """The best of some tries."""
    message = Incoming(topic=TOPIC, partition=0, offset=0, key=None, value=value, at=0)
    took = []
    for _ in range(TRIES):
        began = time.thread_time()
        with suppress(Rejected):
            read_submission(message, provider())
        took.append((time.thread_time() - began) * 1000)
    return min(took)


def main():
    found = []
    for name, value, _codes in hostile.files():
        whole = (value() if callable(value) else value)[: topics.PAYLOAD_BYTES]
        found.append((milliseconds(whole), len(whole), name))
    for took, size, name in sorted(found, reverse=True)[:SHOWN]:
        print(f"{name}: {took:.0f} ms of CPU for {size // 1024} KiB")


if __name__ == "__main__":
    main()
