"""ingest and strangers: whatever they send ends once, with a reason, and costs what it weighs."""

from __future__ import annotations

import base64
import json
import tempfile
import tracemalloc

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming
from credstream.contract.reasons.table import REASONS
from credstream.contract.records import Provider, Receipt, Received
from credstream.process.settings import Settings
from credstream.runtime.stage import Stage
from credstream.storage import journal
from credstream.storage.engine import transaction
from credstream.storage.tables import PROVIDERS
from services.ingest.app import build
from services.ingest.examine import read_submission
from tests.support import proofs, simulation
from tests.support.simulation import CLUSTER, Everything

CODEC = Codec()
ACME = Provider(
    id="acme",
    kind="provider",
    name="Acme",
    country="DE",
    status="active",
    keys={"k": proofs.EC.pem},
)
IDLE = Provider(id="idle", kind="certifier", name="Idle", country="AT", status="suspended")
TOPIC = topics.submissions("provider", "acme")
AWARD = {
    "credstream": 1, "kind": "award", "id": "A-1", "title": "A course", "issued_on": "2026-03-06",
    "awarding_bodies": [{"name": "A school"}], "learner": {"id": {"scheme": "esi", "value": "E-1"}},
}  # fmt: skip
STRUCTURED = ("content-type", b"application/cloudevents+json")


class IngestService:
    """ingest as it is wired, on a database of its own."""

    def __init__(self, folder):
        path = f"{folder}/ingest.db"
        made = simulation.database(path)
        worker = build(Settings(database_url=simulation.address(made)))
        service = worker.paths[0].service
        made.dispose()
        self.stage = Stage(service, worker.resources.engine, CODEC, CLUSTER, Everything())
        self.offset = 0
        self.row: dict[str, journal.Row] = {}
        with transaction(self.stage.engine) as connection:
            rows = [{"id": each.id, "record": CODEC.encode(each)} for each in (ACME, IDLE)]
            connection.execute(sa.insert(PROVIDERS), rows)

    def __call__(self, *messages, topic=TOPIC):
        """One batch; what stands in Kafka and how each message ended."""
        batch = [self._message(topic, *each) for each in messages]
        row = self.row.get(topic)
        upto = row.upto + 1 if row else None
        settled = self.stage.settle(batch, {(topic, 0): row}, {(topic, 0): upto})
        self.row[topic] = settled.journal[topic, 0]
        return settled

    def _message(self, topic, value, *headers):
        self.offset += 1
        content = json.dumps(value).encode() if isinstance(value, dict | list) else value
        return Incoming(
            topic=topic, partition=0, offset=self.offset, key=None, value=content, headers=headers, at=proofs.AT
        )  # fmt: skip


@pytest.fixture
def exchange(tmp_path):
    return IngestService(tmp_path)


def told(settled):
    """Statuses and reasons of the receipts."""
    found = [CODEC.decode(o.value, Receipt) for o in settled.outputs if o.topic.startswith("receipts.")]  # fmt: skip
    return [(each.status, *(reason.code for reason in each.reasons)) for each in found]


def received(settled):
    return [CODEC.decode(o.value, Received) for o in settled.outputs if o.topic == topics.RECEIVED]


def cloud(**more):
    return {"specversion": "1.0", "id": "ce-1", "source": "s", "type": "t"} | more


def test_every_kind_of_ending_in_one_batch(exchange):
    settled = exchange((AWARD,), (b"\xff",), (AWARD,), (b"",), ({"hello": 1},), (None,))
    assert told(settled) == [
        ("accepted",), ("refused", "text.encoding"), ("unchanged", "duplicate"), ("refused", "format.empty"), ("refused", "format.unknown"), ("refused", "format.empty"),
    ]  # fmt: skip
    assert len(received(settled)) == 1
    letters = [o.value for o in settled.outputs if o.topic == topics.dlq(TOPIC)]
    assert letters == [b"\xff", b"", b'{"hello": 1}', None]


def test_what_was_received_once_is_known_in_every_later_batch(exchange):
    assert told(exchange((AWARD,))) == [("accepted",)]
    assert told(exchange((AWARD,))) == [("unchanged", "duplicate")]
    assert told(exchange((AWARD, ("ce_id", b"another")))) == [("unchanged", "duplicate")]
    assert told(exchange((json.dumps(AWARD, indent=3).encode(),))) == [("unchanged", "duplicate")]


def test_back_and_forth_is_told_from_a_late_redelivery(exchange):
    first, second = (AWARD, ("ce_id", b"1")), (AWARD | {"grade": "A"}, ("ce_id", b"2"))
    assert told(exchange(first, second)) == [("accepted",), ("accepted",)]
    assert told(exchange(first)) == [("unchanged", "duplicate")]
    assert told(exchange((AWARD, ("ce_id", b"3")))) == [("accepted",)]
    assert told(exchange((AWARD | {"grade": "A"}, ("ce_id", b"4")), (AWARD, ("ce_id", b"5")))) == [("accepted",), ("accepted",)]  # fmt: skip


def test_a_member_of_a_bundle_that_is_bad_is_refused_alone(exchange):
    bundle = {"credstream": 1, "credentials": [AWARD, AWARD | {"id": "A-2", "kind": "thing"}]}
    settled = exchange((bundle,))
    assert [status for status, *_ in told(settled)] == ["accepted", "refused"]
    assert len(received(settled)) == 1
    assert [o.topic for o in settled.outputs if o.topic.endswith(".dlq")] != []


@pytest.mark.parametrize(
    ("topic", "code"),
    [
        (topics.submissions("provider", "nobody"), "provider.unknown"),
        (topics.submissions("certifier", "acme"), "provider.unknown"),
        (topics.submissions("certifier", "idle"), "provider.suspended"),
    ],
)
def test_a_topic_without_a_registration_behind_it_is_refused(exchange, topic, code):
    settled = exchange((AWARD,), topic=topic)
    assert told(settled) == [("refused", code)]
    assert received(settled) == []


@pytest.mark.parametrize(
    "headers",
    [[("ce_providerid", b"other")], [("ce_providerid", b"")], [("ce_providerid", b"\xff")], [("ce_providerid", b"ACME")]],
)  # fmt: skip
def test_another_provider_in_a_header_is_refused(exchange, headers):
    assert told(exchange((AWARD, *headers))) == [("refused", "provider.mismatch")]


def test_a_signature_that_does_not_fit_is_refused_and_one_that_does_is_told(exchange):
    def token(key):
        header, payload = (proofs.b64(json.dumps(part).encode()) for part in ({"alg": "ES256", "kid": "k"}, AWARD))  # fmt: skip
        mark = proofs.b64(proofs.sign("ES256", key, f"{header}.{payload}".encode()))
        return f"{header}.{payload}.{mark}".encode()

    assert told(exchange((token(proofs.STRANGER.key),))) == [("refused", "signature.invalid")]
    settled = exchange((token(proofs.EC.key),))
    assert told(settled) == [("accepted",)]
    assert [each.proof for each in received(settled)] == ["verified"]


@pytest.mark.parametrize("number", ["1180591620717411303424", "1e400", "NaN", "9" * 400])
@pytest.mark.parametrize("wrapped", ["raw", "structured", "token"])
def test_a_number_that_nobody_could_carry_is_refused_wherever_it_stands(exchange, number, wrapped):
    """One such event once ended the process, and again after each restart."""
    document = json.dumps(AWARD | {"further": "?"}).replace('"?"', number)
    token = f"{proofs.b64(b'{}')}.{proofs.b64(document.encode())}.".encode()
    value, headers = {
        "raw": (document.encode(), ()),
        "structured": (json.dumps(cloud(data="?")).replace('"?"', document).encode(), (STRUCTURED,)),
        "token": (token, ()),
    }[wrapped]  # fmt: skip
    assert told(exchange((value, *headers))) == [("refused", "json.number")]


def test_the_longest_structured_event_with_the_deepest_path_is_a_dead_letter_that_can_be_written(exchange):  # fmt: skip
    deep = '{"%s":' % ("k" * 3_900_000) + '{"a":' * 120 + "1" + "}" * 121
    settled = exchange((deep.encode(), STRUCTURED))
    assert told(settled) == [("refused", "json.too_deep")]
    for output in settled.outputs:
        size = len(output.value) + sum(len(n) + len(v) for n, v in output.headers)
        assert size < topics.max_bytes(output.topic)


@pytest.mark.parametrize(
    "given",
    [b"jane.doe@example.org", b"a b", b"x" * 101, b"", b"\xff", "ünï".encode(), b"a\nb", b"a\x00"],
)
def test_an_id_that_is_none_gives_way_to_one_from_the_content(exchange, given):
    settled = exchange((AWARD, ("ce_id", given)))
    (found,) = received(settled)
    assert len(found.submission) == 36
    assert {o.key for o in settled.outputs if o.topic.startswith("receipts.")} == {found.submission.encode()}  # fmt: skip


@pytest.mark.parametrize(
    "event",
    [
        cloud(), cloud(data=None), cloud(data=[]), cloud(data=5), cloud(data=""), cloud(data_base64=""), cloud(data_base64=5), cloud(data_base64="é"), cloud(data_base64="AA"),
        {"data": AWARD}, [], "x", 5, None, cloud(id=["x"], data=AWARD | {"provider": "other"}), cloud(data=cloud(data=AWARD)),
    ],
    ids=str,
)  # fmt: skip
def test_a_structured_event_that_holds_nothing_is_refused(exchange, event):
    ((status, code),) = told(exchange((json.dumps(event).encode(), STRUCTURED)))
    assert status == "refused"
    assert code in REASONS
    assert code != "unexpected"


def test_bytes_in_a_structured_event_are_those_bytes(exchange):
    packed = base64.b64encode(json.dumps(AWARD).encode()).decode()
    settled = exchange((cloud(data_base64=packed), STRUCTURED), (AWARD,))
    assert told(settled) == [("accepted",), ("unchanged", "duplicate")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*AWARD, "vc", "credentials", "payload", "signatures", "type", "x"]) | st.text(max_size=3), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip
SPOILT = st.builds(lambda name, value: AWARD | {name: value}, st.sampled_from([*AWARD, "workload", "level", "stack", "provider", "credentials", "occurred_at", "proof"]), JSON)  # fmt: skip
VALUES = (
    st.binary(max_size=60)
    | st.one_of(JSON, SPOILT, st.builds(lambda d: cloud(data=d), JSON | SPOILT)).map(lambda d: json.dumps(d).encode())
    | st.builds(lambda d: f"{proofs.b64(b'{}')}.{proofs.b64(json.dumps(d).encode())}.".encode(), JSON | SPOILT)
)  # fmt: skip
HEADERS = st.lists(
    st.sampled_from([STRUCTURED, ("ce_id", b"x"), ("ce_time", b"\x00"), ("ce_providerid", b"acme"), ("credstream_dlq_reason", b"x")]), max_size=3
)  # fmt: skip


@given(st.lists(st.tuples(VALUES, HEADERS), min_size=1, max_size=12))
def test_whatever_comes_each_message_ends_once_and_with_a_reason_of_the_table(messages):
    with tempfile.TemporaryDirectory() as folder:
        exchange = IngestService(folder)
        settled = exchange(*((value, *headers) for value, headers in messages))
        exchange.stage.engine.dispose()
    assert len(settled.ended) == len(messages)
    for each in settled.ended:
        assert each.outcome in ("records", "refused"), each.message.value
        assert each.reason in {"", *REASONS}
        assert each.outputs


def most(call):
    tracemalloc.start()
    call()
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size


def bundle(members, shared):
    document = {"credstream": 1, "language": "x" * shared, "credentials": [{"kind": "award"}] * members}  # fmt: skip
    value = json.dumps(document).encode()
    return Incoming(topic=TOPIC, partition=0, offset=0, key=None, value=value, at=1)


def test_a_bundle_costs_no_more_than_a_multiple_of_its_bytes():
    """At the limit of 1 MiB the same shape asks for tens of gigabytes."""
    message = bundle(members=2_000, shared=20_000)

    def refused():
        with pytest.raises(Rejected, match="format.invalid at language"):
            read_submission(message, ACME)

    assert most(refused) < 200 * len(message.value)


def test_the_same_credential_twice_in_one_bundle_is_received_once(exchange):
    settled = exchange(({"credstream": 1, "credentials": [AWARD, AWARD]},))
    assert len(received(settled)) == 1


@pytest.mark.parametrize(
    "message",
    [(AWARD, ("ce_time", b"jane@example.org")), (AWARD, ("ce_time", b"\x00")), (AWARD | {"occurred_at": "Jane Doe"},), (cloud(data=AWARD, time="x" * 9_000), STRUCTURED)],
    ids=["an address", "NUL", "a name", "a long text"],
)  # fmt: skip
def test_what_is_no_time_does_not_travel_to_the_public_streams_as_one(exchange, message):
    assert [each.occurred_at for each in received(exchange(message))] in ([None], [])


@pytest.mark.parametrize("kind", [b"Application/CloudEvents+JSON", b" application/cloudevents+json"])  # fmt: skip
def test_a_media_type_is_known_however_it_is_spelt(exchange, kind):
    assert told(exchange((cloud(data=AWARD), ("content-type", kind)))) == [("accepted",)]


@pytest.mark.parametrize("name", [5, ["other"], {"id": "other"}, False])
def test_another_provider_is_another_provider_of_whatever_type(exchange, name):
    event = cloud(data=AWARD, providerid=name)
    assert told(exchange((event, STRUCTURED))) == [("refused", "provider.mismatch")]
