"""The process of a service at its edges: wrong settings, a loop that hangs, a journal that does not fit."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Unavailable
from credstream.contract.records import Provider
from credstream.kafka import clients
from credstream.kafka.cluster import Cluster
from credstream.kafka.embedded import Broker
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import JOURNAL
from credstream.vocabularies.countries import all_countries
from tests.support import stuck, waiting

ACME = Provider(id="acme", kind="provider", name="Acme", country="DE", status="active")


@pytest.fixture
def world(tmp_path):
    with Broker(dict(topics.fixed_topics(all_countries(), embedded=True))) as broker:
        for name in topics.provider_topics("provider", "acme"):
            broker.create_topic(name, 1)
        producer = clients.producer(Cluster(broker.address, "embedded"))
        producer.produce(topics.PROVIDERS, Codec().encode(ACME), b"acme")
        producer.produce(topics.submissions("provider", "acme"), b"rubbish")
        assert producer.flush(10) == 0
        yield broker, tmp_path


def started(command, env, **more):
    return subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more
    )


def journalled(folder):
    """Whether a worker has settled something."""
    made = open_engine(f"sqlite:///{folder}/i.db")
    with contextlib.suppress(OperationalError, Unavailable), transaction(made) as connection:
        return connection.execute(sa.select(JOURNAL)).first() is not None
    return False


pytestmark = pytest.mark.embedded
WORKER = [sys.executable, "-m", "services.ingest", "worker"]


@pytest.mark.parametrize(
    ("how", "code", "words"),
    [
        ("hang in a call", 70, "data path stuck"),
        ("block the event loop", 70, "data path stuck"),
        ("hold the interpreter", 1, "Timeout"),
    ],
)
def test_what_is_stuck_ends_its_process_with_the_stack_in_its_log(world, how, code, words):
    """librdkafka can hang in a transaction call, and native code can give the interpreter to nobody."""
    broker, folder = world
    env = stuck.environment(broker, folder, PATIENCE_SECONDS="3")
    process = started(stuck.command(how), env)
    out, _ = process.communicate(timeout=waiting.GIVE_UP_SECONDS)
    assert process.returncode == code, out
    assert words in out
    assert "in do_it" in out, "the stack"


def test_a_journal_that_does_not_fit_the_broker_stops_the_worker_and_names_the_row(world):
    broker, folder = world
    env = stuck.environment(broker, folder)
    process = started(WORKER, env)
    waiting.eventually(lambda: journalled(folder))
    process.terminate()
    process.communicate(timeout=waiting.GIVE_UP_SECONDS)
    with transaction(open_engine(f"sqlite:///{folder}/i.db")) as connection:
        changed = connection.execute(JOURNAL.update().values(cluster_id="another"))
        assert changed.rowcount == 1
    process = started(WORKER, env)
    out, _ = process.communicate(timeout=waiting.GIVE_UP_SECONDS)
    assert process.returncode == 70, out
    told = [json.loads(line) for line in out.splitlines() if '"critical"' in line]
    assert "submissions.provider.acme[0] is of cluster another" in told[0]["why"]
    assert "journal" in told[0]["error"].lower()


def test_a_stop_under_load_is_clean(world):
    broker, folder = world
    process = started(WORKER, stuck.environment(broker, folder))
    waiting.eventually(lambda: journalled(folder))
    process.terminate()
    out, _ = process.communicate(timeout=waiting.GIVE_UP_SECONDS)
    assert process.returncode == 0, out


@pytest.mark.parametrize(
    ("words", "env", "code", "told"),
    [
        (["worker"], {}, 78, "CREDSTREAM_DATABASE_URL is not set"),
        (["worker"], {"CREDSTREAM_ORDINAL": "first"}, 78, "CREDSTREAM_ORDINAL must be int"),
        (
            ["worker"],
            {"CREDSTREAM_DATABASE_URL": "sqlite:////tmp/none-such.db"},
            78,
            "behind this version",
        ),
        (
            ["worker"],
            {"CREDSTREAM_BATCH_SIZE": "-4", "CREDSTREAM_WEB_PORT": "0"},
            78,
            (
                "ingest: CREDSTREAM_WEB_PORT must be from 1 to 65535, it is '0'\n"
                "ingest: CREDSTREAM_BATCH_SIZE must be from 1 to 10000, it is '-4'\n"
                "ingest: CREDSTREAM_DATABASE_URL is not set"
            ),
        ),
        ([], {}, 2, "usage:"),
        (["--help"], {}, 0, "usage:"),
    ],
)
def test_wrong_settings_are_told_in_a_line_each(words, env, code, told, tmp_path):
    env = {name: value.replace("/tmp", str(tmp_path)) for name, value in env.items()}
    env |= {"CREDSTREAM_DATA_DIR": str(tmp_path / "faust")}
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith("CREDSTREAM_")
    }
    done = subprocess.run(
        [sys.executable, "-m", "services.ingest", *words],
        env=clean | env,
        capture_output=True,
        text=True,
        timeout=waiting.GIVE_UP_SECONDS,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
