"""Anything that a provider can put on a topic ends as a record or as a dead letter with a receipt."""

from __future__ import annotations

import base64
import json
import sqlite3
import urllib.error
import urllib.request

import pytest

from credstream.contract import topics
from credstream.kafka import clients
from tests.support import commands, folders, running, waiting

pytestmark = pytest.mark.broker

GOOD = {
    "credstream": 1, "kind": "award", "id": "G-1", "title": "A course", "issued_on": "2026-03-06",
    "awarding_bodies": [{"name": "A school", "country": "DE"}], "learner": {"id": {"scheme": "esi", "value": "E-1"}},
}  # fmt: skip
TEXT = json.dumps(GOOD)
SEALED = (
    commands.EXAMPLES / "submissions" / "university-like" / "04-tampered-seal.json"
).read_bytes()
BAD = {
    "empty": (b"", "format.empty"),
    "null": (None, "format.empty"),
    "two-megabytes": (b'{"credstream": 1, "x": "' + b"x" * 2_000_000 + b'"}', "size.too_large"),
    "broken-utf8": (TEXT.encode().replace(b"course", b"c\xff\xfeurse"), "text.encoding"),
    "nul": (TEXT.replace("A course", "A \\u0000 course").encode(), "text.invalid"),
    "raw-nul": (TEXT.replace("A course", "A \x00 course").encode(), "text.invalid"),
    "lone-surrogate": (TEXT.replace("A course", "A \\ud800 course").encode(), "text.invalid"),
    "deep": (b"[" * 40_000 + b"]" * 40_000, "json.too_deep"),
    "duplicate-key": (TEXT.replace('"id": "G-1"', '"id": "G-1", "id": "G-2"').encode(), "json.duplicate_key"),
    "nan": (TEXT.replace('"credstream": 1', '"credstream": 1, "workload": {"hours": NaN}').encode(), "json.number"),
    "400-digits": (TEXT.replace('"credstream": 1', '"credstream": 1, "workload": {"hours": %s}' % ("9" * 400)).encode(), "json.number"),
    "huge-exponent": (TEXT.replace('"credstream": 1', '"credstream": 1, "workload": {"hours": 1e400}').encode(), "json.number"),
    "tampered-seal": (SEALED, "signature.invalid"),
    "other-provider": (json.dumps(GOOD | {"provider": "vendor-like"}).encode(), "provider.mismatch"),
    "avro": (b"\x00\x00\x00\x00\x07" + b"\x02" * 60, "text.invalid"),
    "png": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "image.no_credential"),
    "prose": (b"Dear Sir or Madam,", "format.unknown"),
    "jws-header": (base64.urlsafe_b64encode(b'{"alg":"ES256","typ":"JOSE"}').rstrip(b"="), "jws.incomplete"),
    "not-json": (b'{"credstream": 1,', "json.invalid"),
    "no-learner": (json.dumps({k: v for k, v in GOOD.items() if k != "learner"} | {"kind": "award"}).encode(), "learner.missing"),
}  # fmt: skip


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    base = tmp_path_factory.mktemp("bad")
    registrations = {
        f"providers/{name}.json": {"id": name, "kind": "provider", "name": name, "country": "DE"}
        for name in ("good", "bad")
    }
    files = registrations | {"submissions/good/one.json": TEXT}
    source = folders.source(base / "source", files)
    with running.exchange(base / "exchange", source, CREDSTREAM_HOLD_SECONDS="12") as found:
        done = commands.credstream(
            "provider", "add", source / "providers" / "bad.json", "--dir", found.folder
        )
        assert done.returncode == 0, done.stderr
        yield found


@pytest.mark.parametrize("name", BAD)
def test_bad_bytes_end_as_a_dead_letter_with_a_receipt(exchange, name):
    value, code = BAD[name]
    exchange.send("bad", value, headers=[("ce_id", name.encode()), ("x-own", b"\x00\xffkept")])
    receipt = exchange.receipt(name, "refused", "bad")
    assert [reason["code"] for reason in receipt["reasons"]] == [code]
    if code == "learner.missing":
        return  # normalise found it: the letter is of its own input, received.v1
    letter = waiting.eventually(lambda: _letter(exchange, name))
    assert base64.b64decode(letter["value"]) == (value or b"")
    assert letter["headers"]["credstream_dlq_reason"] == code
    assert "x-own" not in letter["headers"]


def test_after_all_that_a_good_event_passes(exchange):
    exchange.send("bad", TEXT.replace("G-1", "G-9").encode(), headers=[("ce_id", b"after")])
    assert exchange.receipt("after", "published", "bad")["version"] == 1


def test_two_hundred_bad_files_in_a_row_stop_nobody(exchange):
    exchange.send_all("bad", [(b"rubbish %d" % n, [("ce_id", b"row-%d" % n)]) for n in range(200)])
    exchange.send("good", TEXT.replace("G-1", "G-2").encode(), headers=[("ce_id", b"good-beside")])
    assert exchange.receipt("good-beside", "published", "good")
    exchange.receipt("row-199", "refused", "bad")
    refused = {
        r["submission"] for r in exchange.receipts("bad") if r["submission"].startswith("row-")
    }
    assert len(refused) == 200
    exchange.send(
        "bad", TEXT.replace("G-1", "G-10").encode(), headers=[("ce_id", b"after-the-row")]
    )
    assert exchange.receipt("after-the-row", "published", "bad")


@pytest.mark.parametrize(
    ("value", "code"),
    [(b"\x01rubbish", "avro.magic"), (b"\x00\x00\x00\xff\xff12", "avro.schema_unknown"), (b"\x00\x00\x00\x00\x0c\x02a", "avro.schema_not_allowed"), (b"\x00\x00\x00\x00\x04\x02", "avro.invalid")],
)  # fmt: skip
def test_a_foreign_message_between_the_services_is_a_dead_letter(exchange, value, code):
    producer = clients.producer(exchange.cluster)
    producer.produce(topics.RECEIVED, value, b"key")
    assert producer.flush(10) == 0
    path = exchange.folder / "dlq" / "received.v1.dlq.jsonl"
    waiting.eventually(lambda: path.exists() and code in path.read_text())


@pytest.mark.embedded  # a real broker makes no topic that nobody asked for
def test_a_provider_that_is_not_registered_is_held_and_then_refused(exchange):
    """The topic exists before the registration does: early is not wrong."""
    exchange.send("later", TEXT.encode(), headers=[("ce_id", b"early")])
    registration = exchange.folder.parent / "later.json"
    registration.write_text(
        json.dumps({"id": "later", "kind": "provider", "name": "L", "country": "DE"})
    )
    done = commands.credstream("provider", "add", registration, "--dir", exchange.folder)
    assert done.returncode == 0, done.stderr
    assert exchange.receipt("early", "published", "later")
    exchange.send("never", TEXT.encode(), headers=[("ce_id", b"never-known")])
    path = exchange.folder / "dlq" / "submissions.unknown.dlq.jsonl"
    waiting.eventually(lambda: path.exists() and "provider.unknown" in path.read_text())


def _letter(exchange, name):
    for each in folders.lines(exchange.folder, "dlq"):
        if each["headers"].get("ce_id") == name:
            return each
    return None


@pytest.mark.embedded
def test_a_locked_database_is_waited_for_and_nothing_is_skipped(exchange):
    """Longer than SQLite itself waits: the batch is given back and handled again."""
    lock = sqlite3.connect(exchange.folder / "state" / "ingest.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    events = [
        (TEXT.replace("G-1", f"L-{n}").encode(), [("ce_id", b"locked-%d" % n)]) for n in range(20)
    ]
    exchange.send_all("good", events)
    web = exchange.run_file["services"]["ingest"]["web"]
    told = json.loads(waiting.eventually(lambda: _unready(f"{web}/readyz")))
    assert told["causes"] == ["database"]
    assert "another process keeps it locked; find and end it" in told["waits_for"]
    lock.execute("ROLLBACK")
    lock.close()
    for number in range(20):
        assert exchange.receipt(f"locked-{number}", "published", "good")["version"] == 1
    assert exchange.process.poll() is None
    exchange.receipt("locked-19", "published", "good")
    waiting.eventually(lambda: not _unready(f"{web}/readyz"))


def _unready(url):
    try:
        with urllib.request.urlopen(url, timeout=10):
            return ""
    except urllib.error.HTTPError as answer:
        return answer.read().decode()
