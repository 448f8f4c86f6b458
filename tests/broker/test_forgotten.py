"""A worker that had nothing to do for a week: the broker has forgotten its transactional id."""

import time
from dataclasses import replace

import pytest
from confluent_kafka import KafkaError

from credstream.kafka import clients
from credstream.kafka.cluster import Cluster
from credstream.kafka.embedded import Broker
from credstream.kafka.topic_reader import read_to_end
from credstream.runtime import transactions
from credstream.runtime.partitions import Partitions
from credstream.runtime.stage import Stage
from credstream.runtime.transactions import Forgotten
from tests.support import stages
from tests.support.simulation import CLUSTER, Everything

pytestmark = pytest.mark.embedded


@pytest.mark.parametrize(
    ("refused", "late"),
    [("AddOffsetsToTxn", False), ("AddPartitionsToTxn", False), ("AddPartitionsToTxn", True)],
    ids=["offsets", "outputs", "outputs, between two requests for the offsets"],
)
def test_a_worker_whose_transactional_id_is_forgotten_ends_and_its_next_life_goes_on(
    refused, late, tmp_path, monkeypatch
):
    """librdkafka says that an abort is enough, after which the same comes again, often for ever.

    Where the refusal falls between the two requests for the offsets, the call says no more than
    that the transaction is in a wrong state.
    """
    made = stages.database(tmp_path)
    stage = Stage(replace(stages.TOY, inputs=("in",)), made, stages.CODEC, CLUSTER, Everything())
    with Broker({"in": 1, stages.OUT: 1}) as broker:
        cluster = Cluster(broker.address, "embedded")
        sender = clients.producer(cluster)
        sender.produce("in", b"", "key")
        assert sender.flush(10) == 0

        def live():
            producer = clients.producer(cluster, "toy-0")
            producer.init_transactions(10)
            consumer = clients.consumer(cluster, "toy")
            partitions = Partitions(consumer, made, CLUSTER)
            loop = stages.loop_of((consumer, producer), stage, partitions, 10, ordinary_commit=True)
            loop.run(lambda: not loop.progress.waiting and 1 in partitions.committed.values())

        if late:
            monkeypatch.setattr(transactions, "enqueue", slowly(broker))
        broker.fail_next(refused, [KafkaError.INVALID_PRODUCER_ID_MAPPING])
        with pytest.raises(Forgotten, match="a week without use; start again"):
            live()
        broker.set_slow(0)
        monkeypatch.undo()
        live()
        reader = clients.consumer(cluster, "reader")
        assert {key for key, _ in read_to_end(reader, stages.OUT, 15)} == {"key"}
        reader.close()


def slowly(broker):
    """Outputs are on their way to be refused when the offsets set out, and answers take longer."""
    enqueue = transactions.enqueue

    def late(producer, output):
        broker.set_slow(300)
        enqueue(producer, output)
        time.sleep(0.1)

    return late
