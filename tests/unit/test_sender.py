"""Each kind of delivery failure, by each sender: nobody reports success after one."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, KafkaException

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import ActionNeeded, Unavailable
from credstream.contract.messages import Emit
from credstream.contract.records import Again, Provider
from credstream.exchange import lists, registrations, sending
from credstream.exchange.files import list_file
from credstream.exchange.local import examples
from credstream.exchange.local.feed import feed
from credstream.kafka import sender as module
from credstream.kafka.cluster import Cluster
from credstream.kafka.sender import Outgoing, Sender
from credstream.runtime.reference import Control, Reference
from credstream.sdk import provider as sdk
from tests.support import stages
from tests.support.producers import ADDRESS, Producer, sender

CODEC = Codec()
ACME = Provider(id="acme", kind="provider", name="A", country="DE", status="active")
TWO = [Outgoing("x", b"1"), Outgoing("y", b"2")]


def _to_providers(client, _folder, _patch):
    registrations.publish(sender(client), CODEC, [ACME])


def _to_accreditations(client, _folder, _patch):
    path = examples.list_files(examples.EXAMPLES)[0]
    lists.publish(sender(client), CODEC, list_file(path, path.stem, 0).accreditations)


def _as_a_run(client, _folder, patch):
    patch.setattr(sending, "sender", lambda _target: sender(client))
    backend = SimpleNamespace(target=SimpleNamespace(codec=Codec), create_topics=lambda *_: None)
    submissions = examples.submissions_in(examples.EXAMPLES)
    feed(backend, examples.Examples([], [], submissions))


def _as_a_provider(client, _folder, patch):
    patch.setattr(sdk, "Sender", lambda _cluster: sender(client))
    sdk._send(None, "submissions.provider.acme", [sdk.file("acme", "a.json", b"{}")])


def _after_a_reference_record(client, folder, _patch):
    again = Again(key="k", cause="changed", detail="", at=0)

    def learn(*_):
        return [Emit(topics.again("accreditation"), "k", again)]

    _take(client, folder, learn, CODEC.encode(ACME))


def _as_a_dead_letter(client, folder, _patch):
    _take(client, folder, lambda *_: (), b"no registration")


def _take(client, folder, learn, value):
    controls = (Control(topics.PROVIDERS, Provider, learn, exclusive=True),)
    database = stages.database(folder)
    reference = Reference(database, CODEC, sender(client), "c1", controls, "accreditation")
    try:
        reference.take(topics.PROVIDERS, 0, 0, b"acme", value)
    finally:
        taken = reference.upto(topics.PROVIDERS, 0)
    assert taken == 0


SENDERS = (
    _to_providers,
    _to_accreditations,
    _as_a_run,
    _as_a_provider,
    _after_a_reference_record,
    _as_a_dead_letter,
)
REFUSALS = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED: "may not use a topic",
    KafkaError._UNKNOWN_TOPIC: "credstream topics create",
    KafkaError.UNKNOWN_TOPIC_OR_PART: "credstream topics create",
    KafkaError.MSG_SIZE_TOO_LARGE: "larger than its topic takes",
}
OUTAGES = {
    KafkaError._MSG_TIMED_OUT: "no answer",
    KafkaError._TRANSPORT: "no answer",
    KafkaError._ALL_BROKERS_DOWN: "no answer",
    KafkaError.NOT_ENOUGH_REPLICAS: "too few replicas",
    KafkaError.KAFKA_STORAGE_ERROR: "disk is full",
    KafkaError.REQUEST_TIMED_OUT: "Request timed out",
}


def _failing(code):
    return Producer(fails=[KafkaError(code)])


def _refusing_at_once(code):
    client = Producer()
    client.produce = _raising(KafkaException(KafkaError(code)))
    return client


def _raising(error):
    def produce(*_, **__):
        raise error

    return produce


@pytest.mark.parametrize("send", SENDERS)
@pytest.mark.parametrize("client_of", [_failing, _refusing_at_once])
@pytest.mark.parametrize("code", REFUSALS)
def test_no_sender_reports_success_after_a_refusal(send, client_of, code, tmp_path, monkeypatch):
    with pytest.raises(ActionNeeded, match=REFUSALS[code]) as told:
        send(client_of(code), tmp_path, monkeypatch)
    assert "messages were not delivered" in str(told.value)


@pytest.mark.parametrize("send", SENDERS)
@pytest.mark.parametrize("code", OUTAGES)
def test_no_sender_reports_success_after_an_outage(send, code, tmp_path, monkeypatch):
    with pytest.raises(Unavailable, match=OUTAGES[code]) as told:
        send(_failing(code), tmp_path, monkeypatch)
    assert not isinstance(told.value, ActionNeeded)


@pytest.mark.parametrize("send", SENDERS)
@pytest.mark.parametrize("client_of", [partial(Producer, room=0), partial(Producer, stuck=1)])
def test_no_sender_reports_success_without_a_report(send, client_of, tmp_path, monkeypatch):
    with pytest.raises(Unavailable, match="no answer"):
        send(client_of(), tmp_path, monkeypatch)


@pytest.mark.parametrize("send", SENDERS)
def test_every_sender_succeeds_where_everything_is_confirmed(send, tmp_path, monkeypatch):
    client = Producer()
    send(client, tmp_path, monkeypatch)
    assert client.sent


def test_the_topic_that_failed_and_the_number_of_the_others_are_named():
    client = Producer(fails=[None, KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED)])
    with pytest.raises(ActionNeeded) as told:
        sender(client).send(TWO)
    assert str(told.value).startswith(
        f"y: 1 of 2 messages were not delivered; broker {ADDRESS}: the anonymous user may not use a topic"
    )


def test_more_messages_than_the_client_queues_are_sent_all_the_same():
    client = Producer(room=3)
    sender(client, 5.0).send([Outgoing("x", b"%d" % number) for number in range(20)])
    assert [value for _topic, value, _key in client.sent] == [b"%d" % n for n in range(20)]


def test_a_client_that_confirms_slowly_is_waited_for():
    client = Producer(stuck=1)
    flush = client.flush

    def slowly(seconds=0):
        client.stuck = max(0, len(client.queue) - 1)
        return flush(seconds)

    client.flush = slowly
    sender(client).send([Outgoing("x", b"") for _ in range(5)])
    assert len(client.sent) == 5


def test_a_client_that_met_a_fatal_error_is_replaced():
    made = iter([_failing(KafkaError._FATAL), Producer()])
    to = Sender(Cluster(ADDRESS), lambda _cluster: next(made), 0.0)
    with pytest.raises(Unavailable):
        to.send(TWO)
    to.send(TWO)
    assert next(made, None) is None


def test_a_full_queue_is_waited_for_without_end_inside_a_transaction():
    client = Producer(room=1)
    for number in range(5):
        module.enqueue(client, Outgoing("x", b"%d" % number), lambda *_: None)
    assert len(client.sent) == 4
