"""The embedded exchange at both ends of its load: `python -m benchmarks.embedded`.

One event a second: time from sending to the receipt `published`. A thousand at once: the sizes of
the batches that the stages took. Figures of one run on a shared machine; the embedded broker is
for a first look, so these are no promises.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
import urllib.request
from pathlib import Path

from credstream.contract import topics
from tests.support import commands, running

EVENTS = 1000
WINDOW = json.loads(
    (commands.EXAMPLES / "submissions/cleaning-like/01-window-cleaner.json").read_text("utf-8")
)


def event(name):
    return json.dumps(WINDOW | {"id": name}).encode(), [("ce_id", name.encode())]


def one_a_second(exchange, count=10):
    took = []
    for number in range(count):
        value, headers = event(f"slow-{number}")
        exchange.send("cleaning-like", value, headers)
        began = time.monotonic()
        exchange.receipt(f"slow-{number}", "published", "cleaning-like")
        took.append(time.monotonic() - began)
        time.sleep(1)
    return sorted(took)


def at_once(exchange):
    exchange.send_all("cleaning-like", (event(f"fast-{number}") for number in range(EVENTS)))
    began = time.monotonic()
    exchange.receipt(f"fast-{EVENTS - 1}", "published", "cleaning-like")
    return time.monotonic() - began


def batches(exchange):
    """Batches and messages of each stage so far."""
    found = {}
    for service in topics.SERVICES:
        with urllib.request.urlopen(
            f"{exchange.run_file['services'][service]['web']}/metrics"
        ) as answer:
            text = answer.read().decode()
        sums = re.search(r"credstream_batch_messages_sum\{.*\} (\S+)", text)
        counts = re.search(r"credstream_batch_messages_count\{.*\} (\S+)", text)
        found[service] = float(sums[1]), float(counts[1])
    return found


def main():
    with (
        tempfile.TemporaryDirectory() as folder,
        running.exchange(Path(folder) / "exchange") as exchange,
    ):
        took = one_a_second(exchange)
        middle, worst = took[len(took) // 2] * 1000, took[-1] * 1000
        print(f"1 event/s, sent to published: median {middle:.0f} ms, worst {worst:.0f} ms")
        before = batches(exchange)
        seconds = at_once(exchange)
        print(f"{EVENTS} at once: {seconds:.1f} s, {EVENTS / seconds:.0f} events/s, four stages")
        for service, (messages, count) in batches(exchange).items():
            many = (messages - before[service][0]) / max(1, count - before[service][1])
            print(f"  {service}: {many:.0f} messages a batch")


if __name__ == "__main__":
    main()
