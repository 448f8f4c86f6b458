"""The real loop on a Kafka of lists: crashes, aborts and rebalances leave no trace."""

from __future__ import annotations

import collections
import itertools
import tempfile
from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, KafkaException
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from credstream.contract.records import Again
from credstream.process import timeouts
from credstream.runtime import stage
from credstream.runtime import transactions as module
from credstream.runtime.progress import Progress
from credstream.runtime.transactions import Transactions
from credstream.storage import comparison
from tests.support import stages
from tests.support.kafkas import Kafka
from tests.support.stages import AGAIN, CODEC, EVENTS, INPUT, OUT

PLACES = [(INPUT, 0), (INPUT, 1), (AGAIN, 0), (AGAIN, 1)]
KEYS = {0: (b"a", b"b"), 1: (b"c", b"d")}  # of each partition number, as range assigns them
PUTS = st.lists(
    st.tuples(
        st.sampled_from(PLACES),
        st.integers(0, 1),
        st.sampled_from([b"", b"", b"", b"", b"bad", b"bug"]),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=25,
)
SCRIPTS = st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["", *EVENTS])), max_size=14)


def ended(puts, script, **changes):
    """Kafka after all lives of the worker."""
    kafka = Kafka({place: [] for place in PLACES})
    for place, which, value, gap in puts:
        kafka.put(place, KEYS[place[1]][which], value, gap)
    with tempfile.TemporaryDirectory() as folder:
        made = stages.database(folder)
        stages.lives(kafka, made, script, **changes)
        made.dispose()
    return kafka


def wrongs(kafka):
    """What a register would notice; nothing where the law holds."""
    told = collections.defaultdict(list)
    seen = collections.Counter()
    for output in kafka.written:
        if output.topic == OUT:
            record = CODEC.decode(output.value, Again)
            told[record.key].append(int(record.cause))
            seen[record.detail] += 1
        else:
            marks = dict(output.headers)
            place = (marks[f"credstream_dlq_{name}"].decode() for name in ("topic", "partition", "offset"))  # fmt: skip
            seen["/".join(place)] += 1
    sent = {f"{m.topic()}/{m.partition()}/{m.offset()}" for log in kafka.logs.values() for m in log}
    yield from (f"{name} ended {count} times" for name, count in seen.items() if count != 1)
    yield from (f"{name} never ended" for name in sent - set(seen))
    yield from (
        f"{key}: {numbers}"
        for key, numbers in told.items()
        if numbers != list(range(1, len(numbers) + 1))
    )


@given(PUTS, SCRIPTS)
def test_every_message_ends_once_and_every_version_is_published_in_order(puts, script):
    kafka = ended(puts, script)
    assert list(wrongs(kafka)) == []
    assert kafka.drained()


@given(PUTS, SCRIPTS, st.integers(1, 4))
def test_the_law_holds_where_a_stage_leaves_messages_of_a_batch_to_the_next(puts, script, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "MOST_OUTPUTS", most)
        kafka = ended(puts, script)
    assert list(wrongs(kafka)) == []
    assert kafka.drained()


MANY = [(place, n % 2, b"", 0) for n in range(4) for place in PLACES]


@pytest.mark.parametrize("event", EVENTS)
def test_each_event_alone_in_the_middle_of_a_backlog(event):
    kafka = ended(MANY, [(0, ""), (3, ""), (6, event), (4, event), (5, "")])
    assert list(wrongs(kafka)) == []


@pytest.mark.parametrize(("first", "then"), list(itertools.product(EVENTS, EVENTS)))
def test_each_event_right_after_another(first, then):
    kafka = ended(MANY, [(0, ""), (4, first), (0, then), (4, then), (3, first)])
    assert list(wrongs(kafka)) == []


def test_the_law_is_red_without_the_journal():
    crash = [(0, ""), (8, "between")]
    assert list(wrongs(ended(MANY, crash))) == []
    assert list(wrongs(ended(MANY, crash, journalled=False)))


def test_the_law_is_red_when_an_idle_worker_empties_rows_that_are_not_its_own(monkeypatch):
    """As it once was: another worker settled rows between a crash and its replay."""
    crash = [(0, ""), (8, "between")]
    whole = comparison.compare

    def emptied(place, row, *rest, **more):
        found = whole(place, row, *rest, **more)
        if row is not None:
            object.__setattr__(row, "outputs", ())
        return found

    monkeypatch.setattr(comparison, "compare", emptied)
    assert [each for each in wrongs(ended(MANY, crash)) if "never" in each]


def test_a_transaction_that_cannot_end_is_logged_while_it_is_repeated():
    """A broker that dies inside a transaction must not look like an idle evening."""
    away = KafkaException(KafkaError(KafkaError._TIMED_OUT, "no end", retriable=True))
    answers = iter([away, away, None])
    seen = []

    def commit(_seconds):
        seen.append(progress.waiting and progress.waiting.why)
        if failure := next(answers):
            raise failure

    progress = Progress(turned=0.0, waiting=None)
    transactions = Transactions(None, None, progress, away=lambda: "nothing listens there")
    with capture_logs() as lines:
        transactions._repeat(commit)
    assert [(line["event"], line["why"]) for line in lines] == [
        ("dependency unavailable", "nothing listens there")
    ] * 2
    assert seen == [None, *["nothing listens there"] * 2]
    assert progress.turned > 0
    assert progress.calling is None


def test_a_transaction_is_not_repeated_for_ever(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    away = KafkaException(KafkaError(KafkaError._TIMED_OUT, "no end", retriable=True))
    transactions, asked = Transactions(None, None, Progress()), []

    def commit(seconds):
        asked.append(now[0])
        now[0] += seconds
        raise away

    with pytest.raises(KafkaException):
        transactions._repeat(commit)
    assert len(asked) == timeouts.TRANSACTION_PATIENCE_SECONDS / timeouts.TRANSACTION_TRY_SECONDS
