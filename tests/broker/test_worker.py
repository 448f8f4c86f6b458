"""The process of a service at its edges: wrong settings, a loop that hangs, a journal that does not fit."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import textwrap

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
from tests.support import waiting

ACME = Provider(id="acme", kind="provider", name="Acme", country="DE", status="active")
HANGS = """
    import sys, time
    from credstream.process import logs
    from credstream.process.settings import load
    from credstream.kafka.fencing import Fence
    from credstream.runtime.data_path import Faults
    from credstream.runtime.faust_app import start
    from services.ingest.app import build

    def hanging(settings):
        worker = build(settings)
        crash = lambda point: time.sleep(120) if point == "inside" else None
        worker.paths[0].faults = Faults(crash)
        return worker

    sys.argv = ["ingest", "worker"]
    logs.configure("ingest", "ingest-0", "INFO")
    start(hanging, load(), Fence(load(), "ingest-0"))
"""


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


def environment(broker, folder, **more):
    own = {
        "BROKER": broker.address, "PROFILE": "embedded", "DATABASE_URL": f"sqlite:///{folder}/i.db",
        "WEB_PORT": str(free_port()), "DATA_DIR": str(folder / "faust"), "MIGRATE": "true",
    } | more  # fmt: skip
    return os.environ | {f"CREDSTREAM_{name}": value for name, value in own.items()}


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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


def test_a_loop_that_hangs_in_a_transaction_ends_its_process(world):
    """librdkafka can hang in a transaction call and ignore its own time-out."""
    broker, folder = world
    env = environment(broker, folder, PATIENCE_SECONDS="3")
    process = started([sys.executable, "-c", textwrap.dedent(HANGS)], env)
    out, _ = process.communicate(timeout=waiting.GIVE_UP_SECONDS)
    assert process.returncode == 70, out
    assert "data path stuck" in out


def test_a_journal_that_does_not_fit_the_broker_stops_the_worker_and_names_the_row(world):
    broker, folder = world
    env = environment(broker, folder)
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
    process = started(WORKER, environment(broker, folder))
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
