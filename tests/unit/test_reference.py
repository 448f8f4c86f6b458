"""Reference data: what follows from a record is delivered before the record counts as taken."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from confluent_kafka import KafkaError
from structlog.testing import capture_logs

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Unavailable
from credstream.contract.messages import Emit
from credstream.contract.records import Again, Provider
from credstream.runtime import reference as module
from credstream.runtime.reference import Control, Reference, learn_provider
from credstream.runtime.reference_lag import ReferenceWatch
from credstream.storage.engine import transaction
from credstream.storage.statements import upsert
from credstream.storage.tables import EPOCH, PROVIDERS
from tests.support import consumers, stages
from tests.support.producers import Producer, sender

CODEC = Codec()
TOPIC, AGAIN = topics.PROVIDERS, topics.again("accreditation")
ACME = CODEC.encode(Provider(id="acme", kind="provider", name="A", country="DE", status="active"))


def learn(connection, key, record):
    """As accreditation does: write the record, then name every key that it may concern."""
    upsert(connection, PROVIDERS, [{"id": key, "record": CODEC.encode(record)}])
    again = Again(key="", cause="changed", detail=key, at=0)
    return [Emit(AGAIN, f"k{n}", again) for n in range(25)]


def reference_of(tmp_path, producer, learning=learn, *, exclusive=True):
    controls = (Control(TOPIC, Provider, learning, exclusive),)
    return Reference(
        stages.database(tmp_path), CODEC, sender(producer), "c1", controls, "accreditation"
    )


def take(reference, offset, value=ACME):
    reference.take(TOPIC, 0, offset, b"acme", value)


def test_a_whole_register_is_more_than_the_client_queues_and_is_sent_all_the_same(tmp_path):
    producer = Producer(room=4)
    take(reference_of(tmp_path, producer), 0)
    assert len(producer.sent) == 25


def test_a_delivery_that_failed_leaves_the_record_to_be_taken_again(tmp_path):
    producer = Producer(fails=[None, KafkaError(KafkaError._MSG_TIMED_OUT, "timed out")])
    reference = reference_of(tmp_path, producer)
    with pytest.raises(Unavailable, match="1 of 25 messages were not delivered"):
        take(reference, 3)
    assert reference.upto(TOPIC, 0) == -1
    take(reference, 3)
    assert reference.upto(TOPIC, 0) == 3
    assert len(producer.sent) == 24 + 25


@pytest.mark.parametrize("producer", [Producer(room=0), Producer(stuck=3)])
def test_a_broker_that_takes_nothing_leaves_the_record_to_be_taken_again(tmp_path, producer):
    reference = reference_of(tmp_path, producer)
    with pytest.raises(Unavailable, match="not delivered"):
        take(reference, 0)
    assert reference.upto(TOPIC, 0) == -1


def test_a_crash_between_learning_and_sending_repeats_both(tmp_path):
    class Gone(BaseException):
        pass

    producer = Producer()
    reference = reference_of(tmp_path, producer)
    producer.produce = lambda *_, **__: (_ for _ in ()).throw(Gone())
    with pytest.raises(Gone):
        take(reference, 3)
    with transaction(reference.engine) as connection:
        assert connection.execute(sa.select(PROVIDERS.c.id)).scalars().all() == ["acme"]
    producer = Producer()
    again = sender(producer)
    reborn = Reference(reference.engine, CODEC, again, "c1", reference.controls, "a")
    take(reborn, 3)
    assert len(producer.sent) == 25
    take(reborn, 3)
    take(reborn, 2)
    assert len(producer.sent) == 25


def test_every_change_moves_the_epoch(tmp_path):
    reference = reference_of(tmp_path, Producer())
    for offset in range(3):
        take(reference, offset)
    with transaction(reference.engine) as connection:
        assert connection.execute(sa.select(EPOCH.c.changes)).scalar() == 3


@pytest.mark.parametrize("exclusive", [True, False])
def test_a_control_says_in_which_mode_its_records_lock_the_epoch(tmp_path, monkeypatch, exclusive):
    modes = []
    monkeypatch.setattr(
        module, "lock_epoch", lambda _connection, *, exclusive: modes.append(exclusive)
    )
    take(reference_of(tmp_path, Producer(), exclusive=exclusive), 0)
    assert modes == [exclusive]


@pytest.mark.parametrize("value", [b"\x00", b"{}", b"\x00\x00\x00\x00\x01\xff", ACME + b"x"])
def test_bytes_that_are_no_registration_are_dead_letters_and_hold_nothing_up(tmp_path, value):
    producer = Producer()
    reference = reference_of(tmp_path, producer)
    take(reference, 0, value)
    assert producer.sent == [(topics.dlq(TOPIC), value, b"acme")]
    take(reference, 1)
    assert reference.upto(TOPIC, 0) == 1


def test_a_record_that_fails_three_times_is_a_dead_letter_with_its_reason(tmp_path):
    """An exception ends the process; a restart meets the same record, but not for ever."""

    def failing(_connection, _key, _record):
        raise ZeroDivisionError("secret words")

    producer = Producer()
    reference = reference_of(tmp_path, producer, failing)
    for _start in range(2):
        with pytest.raises(ZeroDivisionError):
            take(reference, 0)
        assert reference.upto(TOPIC, 0) == -1
    take(reference, 0)
    assert producer.sent == [(topics.dlq(TOPIC), ACME, b"acme")]
    assert producer.headers["credstream_dlq_reason"] == b"unexpected"
    assert producer.headers["credstream_dlq_stage"] == b"accreditation"
    assert b"secret" not in b"".join(producer.headers.values())
    assert reference.upto(TOPIC, 0) == 0


def test_an_outage_is_no_failure_of_the_record(tmp_path):
    def away(_connection, _key, _record):
        raise Unavailable("database")

    reference = reference_of(tmp_path, Producer(), away)
    for _attempt in range(5):
        with pytest.raises(Unavailable):
            take(reference, 0)
    assert reference.upto(TOPIC, 0) == -1


def test_a_registration_under_another_key_is_refused(tmp_path):
    producer = Producer()
    reference = reference_of(tmp_path, producer, learn_provider(CODEC))
    reference.take(TOPIC, 0, 0, b"other", ACME)
    assert producer.headers["credstream_dlq_reason"] == b"provider.mismatch"
    with transaction(reference.engine) as connection:
        assert connection.execute(sa.select(PROVIDERS)).all() == []


def test_a_dead_letter_that_is_not_delivered_is_not_passed_over(tmp_path):
    producer = Producer(fails=[KafkaError(KafkaError._MSG_TIMED_OUT, "timed out")])
    reference = reference_of(tmp_path, producer)
    with pytest.raises(Unavailable):
        take(reference, 0, b"{}")
    assert reference.upto(TOPIC, 0) == -1


class Consumer(consumers.Consumer):
    """A topic that shows in the metadata too."""

    def list_topics(self, timeout):
        assert timeout
        return SimpleNamespace(cluster_id="c1", topics={TOPIC: SimpleNamespace(partitions=[0])})


def known(reference):
    with transaction(reference.engine) as connection:
        return connection.execute(sa.select(PROVIDERS.c.id)).scalars().all()


def test_catching_up_ends_where_the_topic_ended_whatever_gaps_it_has(tmp_path):
    reference = reference_of(tmp_path, Producer(), learn_provider(CODEC))
    turns = []
    reference.catch_up(Consumer({3: ACME, 9: ACME}, high=15), lambda: turns.append(1))
    assert reference.upto(TOPIC, 0) == 14
    assert known(reference) == ["acme"]
    assert turns


def test_a_reference_topic_that_was_created_again_is_read_from_its_start(tmp_path):
    """Offsets below the remembered one would pass unseen, with no registration but old ones."""
    reference = reference_of(tmp_path, Producer(), learn_provider(CODEC))
    take(reference, 40, None)
    reference.catch_up(Consumer({0: ACME}, high=2), lambda: None)
    assert known(reference) == ["acme"]
    assert reference.upto(TOPIC, 0) == 1


def test_a_topic_whose_end_was_taken_is_not_read_again(tmp_path):
    producer = Producer()
    reference = reference_of(tmp_path, producer)
    take(reference, 14)
    sent = len(producer.sent)
    reference.catch_up(Consumer({3: ACME, 14: ACME}, high=15), lambda: None)
    assert len(producer.sent) == sent


def test_an_empty_topic_needs_no_catching_up(tmp_path):
    reference_of(tmp_path, Producer()).catch_up(Consumer({}, high=0), lambda: None)


def watch_of(reference, consumer):
    lagging = partial(reference.lagging, consumer)
    return ReferenceWatch(lagging, partial(reference.read_to_end, consumer))


def stalled(reference, consumer, between=lambda: None):
    """Topics that two checks found stalled, and read."""
    watch = watch_of(reference, consumer)
    with capture_logs() as lines:
        watch.check(lambda: None)
        between()
        watch.check(lambda: None)
    return [each["topic"] for each in lines if each["event"] == "reference consumer stalled"]


def test_what_the_agent_leaves_out_is_read(tmp_path):
    reference = reference_of(tmp_path, Producer(), learn_provider(CODEC))
    consumer = Consumer({0: ACME, 4: ACME}, high=5)
    assert stalled(reference, consumer) == [TOPIC]
    assert (known(reference), reference.upto(TOPIC, 0)) == (["acme"], 4)
    assert stalled(reference, consumer) == []


def test_what_moves_is_left_to_the_agent(tmp_path):
    reference = reference_of(tmp_path, Producer())
    consumer = Consumer({0: ACME, 1: ACME, 2: ACME}, high=3)
    assert stalled(reference, consumer, lambda: take(reference, 0)) == []
    assert reference.upto(TOPIC, 0) == 0


def test_a_topic_that_is_created_again_while_it_is_followed_is_read_from_its_start(tmp_path):
    reference = reference_of(tmp_path, Producer(), learn_provider(CODEC))
    take(reference, 40, None)
    assert stalled(reference, Consumer({0: ACME}, high=1)) == [TOPIC]
    assert (known(reference), reference.upto(TOPIC, 0)) == (["acme"], 0)


def test_a_stop_ends_the_reading(tmp_path):
    reference, stop = reference_of(tmp_path, Producer()), []
    consumer = Consumer(dict.fromkeys(range(9), ACME), high=9)
    watch = watch_of(reference, consumer)
    watch.check(lambda: None)
    consumer.consume = lambda *_: stop.append(1) or []
    watch.run(lambda: bool(stop))
    assert (len(stop), reference.upto(TOPIC, 0)) == (1, -1)
