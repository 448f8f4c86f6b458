"""What forgetting a journal would read again, by the offsets and messages of a broker."""

import pytest
from confluent_kafka import TopicPartition

from credstream.exchange import journals
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.journals import ToForget
from credstream.kafka import clients
from credstream.kafka.cluster import Cluster
from credstream.kafka.embedded import Broker
from credstream.storage import journal, migrate
from credstream.storage.engine import open_engine, transaction

pytestmark = pytest.mark.embedded
TOPIC, GONE = "normalised.v1", "again.accreditation.v1"


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """Ten messages of one partition; the journal of accreditation ends at the eighth."""
    (tmp_path / "state").mkdir()
    engine = open_engine(ExchangeFolder(tmp_path).url("accreditation"))
    migrate.upgrade(engine, migrate.folders("accreditation"))
    output = ((0, journal.Output("accredited.v1", b"key", b"value")),)
    rows = {(TOPIC, 0): journal.Move(5, 7, output), (GONE, 3): journal.Move(0, 99, ())}
    with transaction(engine) as connection:
        journal.move(connection, "cluster", dict.fromkeys(rows), rows)
    with Broker({TOPIC: 1}) as broker:
        monkeypatch.setenv("CREDSTREAM_BROKER", broker.address)
        monkeypatch.setenv("CREDSTREAM_PROFILE", "embedded")
        made = Cluster(broker.address, "embedded")
        producer = clients.producer(made)
        for _ in range(10):
            producer.produce(TOPIC, b"value")
        assert producer.flush(10) == 0
        yield made


@pytest.mark.parametrize(
    ("committed", "again"),
    [(None, 8), (0, 8), (3, 5), (8, 0), (10, 0)],
    ids=["expired", "reset", "behind", "where it ends", "ahead"],
)
def test_messages_between_the_offset_and_the_end_of_the_row_come_again(
    cluster, tmp_path, committed, again
):
    if committed is not None:
        consumer = clients.consumer(cluster, "accreditation")
        consumer.commit(offsets=[TopicPartition(TOPIC, 0, committed)], asynchronous=False)
        consumer.close()
    assert journals.to_forget("accreditation", tmp_path) == ToForget(2, 1, again)
