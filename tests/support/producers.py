"""A producer that queues a few messages and reports their delivery in poll and flush."""

from __future__ import annotations

from credstream.kafka.cluster import Cluster
from credstream.kafka.sender import Sender

ADDRESS = "broker.example:9092"


class Producer:
    """`room` messages fit into its queue; the next deliveries end with the errors of `fails`.

    The last `stuck` messages are never reported.
    """

    def __init__(self, room=10_000, fails=(), stuck=0):
        self.room, self.fails, self.stuck = room, list(fails), stuck
        self.queue, self.sent, self.polls = [], [], 0

    def produce(self, topic, value, key=None, on_delivery=None, headers=()):
        if len(self.queue) >= self.room:
            raise BufferError
        self.queue.append((topic, value, key, on_delivery))
        self.headers = dict(headers)

    def poll(self, seconds):
        self.polls += 1
        return self.flush() if seconds else 0

    def flush(self, _seconds=0):
        while len(self.queue) > self.stuck:
            topic, value, key, report = self.queue.pop(0)
            error = self.fails.pop(0) if self.fails else None
            if not error:
                self.sent.append((topic, value, key))
            report(error, None)
        return len(self.queue)


def sender(producer=None, stall_seconds=0.01):
    """A sender with this producer, which gives up at once."""
    made = Producer() if producer is None else producer
    return Sender(Cluster(ADDRESS), lambda _cluster: made, stall_seconds)
