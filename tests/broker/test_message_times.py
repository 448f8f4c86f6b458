"""On a real broker: who dates a message into the past is not believed, and holds up nobody else."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)
from cryptography.hazmat.primitives.asymmetric import ec

from credstream.contract import topics
from credstream.kafka import clients
from credstream.kafka.admin import result_of
from credstream.kafka.cluster import common_settings
from tests.support import commands, folders, running
from tests.support.folders import whole_lines
from tests.support.proofs import b64, identity, sign
from tests.support.waiting import eventually

pytestmark = pytest.mark.real

YEAR_2020 = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
IN_2020 = int((YEAR_2020 + dt.timedelta(days=30)).timestamp() * 1000)
LONG_AFTER = int((YEAR_2020 + dt.timedelta(days=5 * 365)).timestamp() * 1000)
# A year from its start on, as all certificates of the tests.
ENDED = identity(ec.generate_private_key(ec.SECP256R1()), start=YEAR_2020)
SOUND, LOOSE = "sound", "loose"
GOOD = {
    "credstream": 1, "kind": "award", "title": "A course", "issued_on": "2026-03-06",
    "awarding_bodies": [{"name": "A school", "country": "DE"}], "learner": {"id": {"scheme": "esi", "value": "E-1"}},
}  # fmt: skip


def token(name):
    """An award as a token that is signed with the certificate that has ended."""
    parts = [
        b64(json.dumps(each).encode())
        for each in ({"alg": "ES256", "kid": "old"}, GOOD | {"id": name})
    ]
    content = ".".join(parts)
    return f"{content}.{b64(sign('ES256', ENDED.key, content.encode()))}".encode()


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    base = tmp_path_factory.mktemp("times")
    files = {
        f"providers/{name}.json": {
            "id": name, "kind": "provider", "name": name, "country": "DE", "keys": {"old": ENDED.pem}
        }
        for name in (SOUND, LOOSE)
    } | {f"submissions/{name}/one.json": json.dumps(GOOD | {"id": "0"}) for name in (SOUND, LOOSE)}  # fmt: skip
    with running.exchange(base / "exchange", folders.source(base / "source", files)) as found:
        yield found


def send_in_2020(exchange, provider, name):
    producer = clients.producer(exchange.cluster)
    topic = topics.submissions("provider", provider)
    producer.produce(topic, token(name), headers=[("ce_id", name.encode())], timestamp=IN_2020)
    assert producer.flush(10) == 0


def set_time(exchange, provider, value):
    setting = ConfigEntry(
        "message.timestamp.type", value, incremental_operation=AlterConfigOpType.SET
    )
    topic = topics.submissions("provider", provider)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[setting])
    client = AdminClient(common_settings(exchange.cluster))
    for future in client.incremental_alter_configs([resource]).values():
        result_of("time", future)


def proof_of(exchange, key):
    """What the newest published version of an award says of its signature."""

    def look():
        lines = whole_lines(exchange.folder / "published/published.awards.de.v1.jsonl")
        return next((line["proof"] for line in reversed(lines) if line["key"] == key), None)

    return eventually(look)


def accepted(exchange, provider, name):
    receipt = exchange.receipt(name, "accepted", provider)
    assert receipt["at"] > LONG_AFTER
    return receipt["key"]


def held(exchange, provider):
    topic = topics.submissions("provider", provider)
    lines = whole_lines(exchange.folder / "logs/ingest.jsonl")
    return [
        line
        for line in lines
        if line["event"] == "topic without broker time" and line["topic"] == topic
    ]


def test_a_message_of_2020_has_the_brokers_time(exchange):
    send_in_2020(exchange, SOUND, "dated")
    assert proof_of(exchange, accepted(exchange, SOUND, "dated")) == "unverifiable"


def test_a_topic_where_providers_write_the_time_is_held_and_named_until_it_is_mended(exchange):
    set_time(exchange, LOOSE, "CreateTime")
    send_in_2020(exchange, LOOSE, "held")
    assert eventually(lambda: held(exchange, LOOSE))[0]["why"].endswith("is CreateTime")
    send_in_2020(exchange, SOUND, "beside")
    accepted(exchange, SOUND, "beside")
    assert "held" not in {each["submission"] for each in exchange.receipts(LOOSE)}

    for words in (("topics", "check"), ("doctor",)):
        done = commands.credstream(*words, "--dir", exchange.folder)
        assert done.returncode != 0
        assert topics.submissions("provider", LOOSE) in done.stdout + done.stderr
        assert "message.timestamp.type" in done.stdout + done.stderr
    done = commands.credstream("topics", "create", "--repair", "--dir", exchange.folder)
    assert done.returncode == 0, done.stderr
    # It was stored with its producer's time, so it has that at which it is read.
    assert proof_of(exchange, accepted(exchange, LOOSE, "held")) == "unverifiable"
    send_in_2020(exchange, LOOSE, "after")
    assert proof_of(exchange, accepted(exchange, LOOSE, "after")) == "unverifiable"
