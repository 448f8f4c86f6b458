"""The ends of partitions, also where one of them is gone."""

from __future__ import annotations

from contextlib import closing

from credstream.kafka import clients
from credstream.kafka.offsets import ends_of
from credstream.kafka.topic_reader import Ends


def test_a_partition_that_is_gone_keeps_no_other_from_being_looked_up(cluster, topic):
    producer = clients.producer(cluster)
    producer.produce(topic, b"one")
    assert producer.flush(10) == 0
    with closing(clients.consumer(cluster, "ends")) as client:
        found = ends_of(client, [(topic, 0), ("test.gone", 0)])
        assert ends_of(client, []) == {}
    assert found["test.gone", 0] == Ends(0, 0)
    assert found[topic, 0].high == 1
