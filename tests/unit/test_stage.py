"""A stage under attack: no message may stop it for good, and no dead letter may be unwritable."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.messages import Emit, Incoming, StepResult
from credstream.contract.records import Again, Receipt
from credstream.runtime import outputs
from credstream.runtime import stage as module
from credstream.runtime.service import NOBODY, Sender
from credstream.runtime.stage import Stage, UnexpectedError
from credstream.storage.engine import transaction
from tests.support import effort, stages
from tests.support.simulation import CLUSTER
from tests.support.stages import CODEC, INPUT, OUT, TOY, VERSIONS

RECEIPTS, DLQ = topics.receipts("acme"), topics.dlq(INPUT)
KNOWN = frozenset({OUT, RECEIPTS, DLQ, topics.dlq(stages.AGAIN)})


def acme(_message):
    return Sender("acme", "s-1")


@pytest.fixture
def made(tmp_path):
    return stages.database(tmp_path)


def stage_of(made, known=KNOWN, **changes):
    return Stage(replace(TOY, sender=acme, **changes), made, CODEC, CLUSTER, known)


def message(value=b"", key=b"k", headers=(), offset=0, topic=INPUT):
    return Incoming(
        topic=topic, partition=0, offset=offset, key=key, value=value, headers=headers, at=5
    )


def settle(stage, *batch):
    places = {(m.topic, m.partition): None for m in batch}
    return stage.settle(batch, places, places)


def raising(error):
    def raises(*_args):
        raise error

    return raises


def letter(settled):
    (found,) = [o for o in settled.outputs if o.topic.endswith(".dlq")]
    return found, {name: value.decode("utf-8", "replace") for name, value in found.headers}


@pytest.mark.parametrize(
    "part", ["read", "sender", "known", "examine", "gather", "step", "learn", "apply"]
)
def test_a_bug_in_any_part_of_a_service_ends_as_a_dead_letter_and_not_as_a_crash_loop(made, part):
    stage = stage_of(made)
    stage.service = replace(stage.service, **{part: raising(KeyError("secret"))})
    if part == "apply":
        rows = []
        stage.service = replace(stage.service, apply=lambda _c, r: _once(rows, r))
    with pytest.raises(UnexpectedError):
        settle(stage, message(), message(offset=1))
    settled = settle(stage, message(b"kept"))
    found, told = letter(settled)
    assert (found.value, told["credstream_dlq_reason"]) == (b"kept", "unexpected")
    assert [each.outcome for each in settled.ended] == ["unexpected"]
    assert "secret" not in str(told)


def _once(_seen, rows):
    if rows:
        raise KeyError("secret")


def test_a_sender_that_fails_on_a_refused_message_costs_the_receipt_and_not_the_partition(made):
    stage = stage_of(made)
    stage.service = replace(stage.service, sender=raising(TypeError("int too big")))
    _, told = letter(settle(stage, message(b"bad")))
    assert told["credstream_dlq_reason"] == "unexpected"


def test_rows_of_a_message_that_fails_alone_are_not_kept(made):
    stage = stage_of(made, learn=raising(ZeroDivisionError()))
    settle(stage, message())
    with transaction(made) as connection:
        assert connection.execute(sa.select(VERSIONS)).all() == []


def test_names_as_long_as_the_payload_do_not_make_a_dead_letter_too_large_to_write(made):
    long = "title." * (topics.MIB // 6 + 1)
    stage = stage_of(made, step=raising(Rejected("json.too_deep", long, long)))
    settled = settle(stage, message(b"x" * topics.MIB))
    found, told = letter(settled)
    assert len(told["credstream_dlq_path"]) == outputs.LONGEST_TEXT
    assert len(found.value) + sum(len(n) + len(v) for n, v in found.headers) < topics.max_bytes(DLQ)
    assert told["credstream_dlq_reason"] == "json.too_deep"
    (receipt,) = [o for o in settled.outputs if o.topic == RECEIPTS]
    assert CODEC.decode(receipt.value, Receipt).reasons[0].code == "json.too_deep"


def test_a_detail_with_a_lone_surrogate_still_reaches_header_and_receipt(made):
    stage = stage_of(made, step=raising(Rejected("text.invalid", "a\ud834", "b\udfff")))
    settled = settle(stage, message())
    told = letter(settled)[1]
    assert (told["credstream_dlq_path"], told["credstream_dlq_detail"]) == ("*", "b?")
    assert len(settled.outputs) == 2


def test_a_message_cannot_bring_marks_of_a_dead_letter_of_its_own(made):
    spoofed = (("credstream_dlq_reason", b"nothing"), ("own", b"\xff"), ("own", b"2"))
    found, told = letter(settle(stage_of(made), message(b"bad", headers=spoofed)))
    assert [n for n, _ in found.headers].count("credstream_dlq_reason") == 1
    assert told["credstream_dlq_reason"] == "format.invalid"


def test_a_dead_letter_keeps_of_a_provider_s_headers_those_that_ingest_reads(made):
    theirs = (
        *(("ce_id", b"s-1"), ("ce_time", b"2026-03-06T10:00:00+01:00"), ("x-learner", b"Canaria")),
        *(("ce_source", b"Canaria Vogel"), ("Canaria", b"1")),
    )
    found, told = letter(settle(stage_of(made), message(b"bad", headers=theirs)))
    kept = [(n, v) for n, v in found.headers if not n.startswith("credstream_dlq_")]
    assert kept == list(theirs[:2])
    assert told["credstream_dlq_headers_left_out"] == "3"
    assert "anaria" not in repr(found.headers)


def test_keys_and_values_of_dead_letters_are_the_originals_also_where_there_are_none(made):
    stage = stage_of(made, read=raising(Rejected("avro.magic")))
    found, _ = letter(settle(stage, message(None, None)))
    assert (found.key, found.value) == (None, None)


def test_a_dead_letter_without_a_topic_goes_to_the_one_for_strangers_or_waits(made):
    other = topics.submissions("provider", "stranger")
    stage = stage_of(made, known={topics.UNKNOWN_DLQ})
    assert letter(settle(stage, message(b"bad", topic=other)))[0].topic == topics.UNKNOWN_DLQ
    with pytest.raises(Unavailable, match="does not exist"):
        settle(stage_of(made, known=set()), message(b"bad", offset=1))
    with transaction(made) as connection:
        assert connection.execute(sa.text("SELECT topic FROM journal")).scalars().all() == [other]


def test_what_a_broker_would_refuse_for_its_size_is_refused_before(made):
    def large(size):
        told = Again(key="k", cause="x" * size, detail="", at=0)
        return lambda _m, _f: StepResult((Emit(OUT, "k", told),))

    fits = settle(stage_of(made, step=large(topics.MIB - outputs.FRAME_BYTES - 100)), message())
    assert fits.outputs[0].topic == OUT
    settled = settle(
        stage_of(made, step=large(topics.MIB - 100)), message(topic=stages.AGAIN)
    )  # a place of its own
    assert letter(settled)[1]["credstream_dlq_reason"] == "size.too_large"


@pytest.mark.parametrize("bad", ["\ud800", 7, None])
def test_a_record_that_cannot_be_written_is_refused_and_its_rows_are_not_learnt(made, bad):
    def odd(message, facts):
        done = stages.step(message, facts)
        if message.value != b"odd":
            return done
        return replace(done, emits=(Emit(OUT, "k", Again(key=bad, cause="", detail="", at=0)),))

    settled = settle(stage_of(made, step=odd), message(b"odd"), message(offset=1))
    assert [each.outcome for each in settled.ended] == ["refused", "records"]
    assert letter(settled)[1]["credstream_dlq_reason"] == "avro.unwritable"
    with transaction(made) as connection:
        assert connection.execute(sa.select(VERSIONS.c.version)).scalars().all() == [1]


def test_whether_a_batch_is_exclusive_is_asked_of_what_its_messages_say(made):
    asked = []

    def exclusive(batch):
        asked.append([each.record for each in batch])
        return True

    read = lambda m: raising(Rejected("avro.magic"))() if m.value == b"?" else "told"  # noqa: E731
    settle(stage_of(made, read=read, exclusive=exclusive), message(), message(b"?", offset=1))
    assert asked == [["told"]]


def test_facts_are_read_of_readable_messages_only_and_once(made):
    gathered = []

    def gather(_connection, batch):
        gathered.append(len(batch))
        return {}

    read = lambda m: raising(Rejected("avro.magic"))() if m.value == b"?" else "k"  # noqa: E731
    batch = [message(b"?" if n % 3 == 0 else b"", offset=n) for n in range(9)]
    settle(stage_of(made, read=read, gather=gather), *batch)
    assert gathered == [6]


def test_without_a_provider_there_is_a_dead_letter_and_no_receipt(made):
    stage = stage_of(made)
    stage.service = replace(stage.service, sender=lambda _m: NOBODY)
    assert [o.topic for o in settle(stage, message(b"bad")).outputs] == [DLQ]


def test_a_dropped_receipt_is_counted(made):
    counter = outputs.metrics.RECEIPTS_DROPPED.labels("toy")
    before = counter._value.get()
    settled = settle(stage_of(made, known={OUT, DLQ}), message(b"bad"))
    assert [o.topic for o in settled.outputs] == [DLQ]
    assert counter._value.get() == before + 1


def large(bytes_each):
    """A step whose one output has so many bytes."""

    def step(message, _facts):
        again = Again(key=message.record, cause="x" * bytes_each, detail="", at=0)
        return StepResult((Emit(OUT, message.record, again),))

    return step


@pytest.mark.parametrize(
    ("name", "most", "handled"),
    [("MOST_OUTPUTS", 3, 3), ("MOST_OUTPUT_BYTES", 2500, 3), ("MOST_OUTPUTS", 1, 1)],
)
def test_a_batch_ends_with_the_message_whose_outputs_fill_it(
    made, monkeypatch, name, most, handled
):
    monkeypatch.setattr(module, name, most)
    batch = [message(offset=n) for n in range(10)]
    settled = settle(stage_of(made, step=large(1000)), *batch)
    assert [each.message.offset for each in settled.ended] == list(range(handled))
    assert len(settled.outputs) == handled
    ((_, row),) = settled.journal.items()
    assert row.upto == handled - 1


def test_outputs_of_500_messages_with_a_large_definition_need_little_memory(made):
    batch = [message(offset=n) for n in range(500)]
    stage, settled = stage_of(made, step=large(900_000)), []
    assert effort.memory(lambda: settled.append(settle(stage, *batch))) < 64
    assert 0 < len(settled[0].ended) < 25
