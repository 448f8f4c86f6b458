"""A worker that had nothing to do for a week: the broker has forgotten its transactional id."""

from dataclasses import replace

import pytest
from confluent_kafka import KafkaError

from credstream.runtime import clients
from credstream.runtime.clients import Cluster
from credstream.runtime.embedded import Broker
from credstream.runtime.loop import Forgotten, Hooks, Loop
from credstream.runtime.partitions import Partitions
from credstream.runtime.stage import Stage
from tests.support import stages
from tests.support.exchanges import CLUSTER, Everything

pytestmark = pytest.mark.embedded


@pytest.mark.parametrize("refused", ["AddOffsetsToTxn", "AddPartitionsToTxn"])
def test_a_worker_whose_transactional_id_is_forgotten_ends_and_its_next_life_goes_on(
    refused, tmp_path
):
    """librdkafka says that an abort is enough, after which the same comes again, often for ever."""
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
            here = Partitions(consumer, made, CLUSTER)
            loop = Loop(consumer, producer, stage, here, 10, 0.01, Hooks(), ordinary_commit=True)
            loop.run(lambda: loop.working and 1 in here.committed.values())

        broker.fail_next(refused, [KafkaError.INVALID_PRODUCER_ID_MAPPING])
        with pytest.raises(Forgotten, match="a week without use; start again"):
            live()
        live()
        reader = clients.consumer(cluster, "reader")
        assert {key for key, _ in clients.read_to_end(reader, stages.OUT, 15)} == {"key"}
        reader.close()
