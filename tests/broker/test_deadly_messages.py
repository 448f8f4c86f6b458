"""Messages that end a worker, on real Kafka: they end as dead letters, and everybody else goes on."""

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest

from credstream.contract import topics
from credstream.contract.records import Receipt
from credstream.kafka import clients, metadata
from credstream.kafka.dead_letters import PREFIX
from credstream.kafka.fetched import incoming_of
from credstream.kafka.topic_reader import ends, read_partition
from tests.support import delivery_check, fleets, poisoned, raw_headers, waiting
from tests.support.delivery_check import FEW, PROVIDERS

pytestmark = pytest.mark.real
SENDER = PROVIDERS[0]


def read_all(fleet, wanted):
    """Every message of some topics so far, with its headers."""
    client = clients.consumer(fleet.target.cluster, "deadly-messages")
    counts = metadata.topics_seen_by(client)[1]
    partitions = [(topic, n) for topic in wanted if topic in counts for n in range(counts[topic])]
    read = [
        incoming_of(message)
        for partition in partitions
        for messages, _ in read_partition(client, *partition, *ends(client, *partition))
        for message in messages
    ]
    client.close()
    return read


def dead_letters(fleet):
    """Service, reason and submission's text of each dead letter."""
    consumer = clients.consumer(fleet.target.cluster, "names")
    names = [name for name in metadata.topics_seen_by(consumer)[1] if ".dlq" in name]
    consumer.close()
    return read_all(fleet, names)


def why(message):
    return message.header(f"{PREFIX}stage"), message.header(f"{PREFIX}reason")


def poison(number, service, way):
    """An award; its grade is in no definition, which is a message of its own."""
    text = FEW.event(f"C-{number:05}", 1).decode()
    return text.replace('"0001"', f'"{poisoned.poison(service, way)}"').encode()


@pytest.mark.parametrize(
    "deadly",
    [
        [("ingest", "segmentation-fault"), ("publisher", "native-exit")],
        pytest.param(list(product(topics.SERVICES, poisoned.WAYS)), marks=pytest.mark.long),
    ],
    ids=["the first and the last service", "every way in every service"],
)
def test_a_message_that_ends_its_worker_each_time_ends_as_a_dead_letter(tmp_path, deadly):
    env = {"CREDSTREAM_PATIENCE_SECONDS": "15"}
    words = ("tests.support.poisoned",)
    with fleets.started(tmp_path / "fleet", through=words, env=env) as fleet:
        delivery_check.register_all(fleet, FEW)
        events = [poison(90_000 + n, *how) for n, how in enumerate(deadly)]
        delivery_check.send(fleet, SENDER, *events)
        delivery_check.send_all(fleet, FEW)
        fleet.scale_all(1)
        expected = Counter((service, "unprocessable") for service, _way in deadly)

        def ended():
            fleet.restart_ended()
            lines = [line for name in fleet.workers for line in fleet.log(name)]
            given_up = sum(line.get("event") == "message unprocessable" for line in lines)
            return given_up >= len(deadly)

        waiting.eventually(ended, 400)
        delivery_check.await_published(fleet).close()
        assert Counter(map(why, dead_letters(fleet))) == expected
        receipts = [
            fleet.codec.decode(message.value, Receipt)
            for message in read_all(fleet, [topics.receipts(SENDER)])
        ]
        refused = [r for r in receipts if r.status == "refused"]
        assert Counter((r.stage, r.reasons[0].code) for r in refused) == expected
        # Three deaths each, and one more where it did not come alone.
        deaths = Counter(name.partition("-")[0] for name, _code in fleet.deaths)
        each = Counter(service for service, _way in deadly)
        assert all(3 * each[name] <= deaths[name] <= 4 * each[name] for name in topics.SERVICES)


def test_a_header_that_cannot_be_read_ends_as_a_dead_letter_and_stops_nobody(fleet):
    """Also after many others: CPython calls differently what it has called before."""
    fleet.scale_all(1)
    delivery_check.send_all(fleet, FEW)
    delivery_check.await_published(fleet).close()
    raw_headers.send(fleet.target.cluster.address, topics.submissions("provider", SENDER))
    more = replace(FEW, rounds=4)
    for provider, name in more.names():
        delivery_check.send(fleet, provider, more.event(name, 3), more.event(name, 4))
    delivery_check.await_published(fleet, more).close()
    waiting.eventually(lambda: dead_letters(fleet))
    assert [why(message) for message in dead_letters(fleet)] == [("ingest", "text.invalid")]
    assert fleet.deaths == []
