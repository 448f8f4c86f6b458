"""A broker that is away, as providers and registers meet it."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Unavailable
from credstream.kafka.cluster import Cluster
from credstream.kafka.embedded import Broker
from credstream.kafka.sender import Outgoing, Sender
from credstream.sdk import register, tables
from credstream.sdk.register import How
from credstream.storage.engine import transaction
from tests.support import commands, failing, published, waiting
from tests.support.published import key

pytestmark = [pytest.mark.broker, pytest.mark.embedded]
NOBODY = "nothing listens there; start the broker, or correct CREDSTREAM_BROKER"


def submit(folder, address):
    path = folder / "x.json"
    path.write_text("{}")
    words = ("submit", path, "--provider", "amu-like", "--dir", folder)
    return commands.credstream(*words, CREDSTREAM_BROKER=address)


def test_submit_ends_with_4_and_says_that_nobody_listens(tmp_path):
    address = failing.nobody()
    done = submit(tmp_path, address)
    assert done.returncode == 4
    assert f"broker {address}: {NOBODY}" in done.stderr


def test_submit_says_that_a_broker_does_not_answer(tmp_path):
    with failing.silence() as address:
        done = submit(tmp_path, address)
    assert done.returncode == 4
    assert f"broker {address}: no answer; start the broker" in done.stderr


def test_subscribe_says_what_it_waits_for(tmp_path):
    address, log = failing.nobody(), tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*commands.COMMAND, "subscribe", "awards", "--dir", str(tmp_path)],
            env={**os.environ, "CREDSTREAM_BROKER": address},
            stdout=output,
            stderr=output,
        )
    waiting.eventually(lambda: "trying again" in log.read_text("utf-8"))
    process.send_signal(signal.SIGINT)
    assert process.wait(waiting.GIVE_UP_SECONDS) == 0
    assert f"waiting: broker {address}: {NOBODY}" in log.read_text("utf-8")


def test_messages_without_a_report_are_counted_and_the_cause_is_told():
    address = failing.nobody()
    sender = Sender(Cluster(address, "embedded"), stall_seconds=1.0)
    with pytest.raises(Unavailable) as told:
        sender.send([Outgoing("x", b"1"), Outgoing("x", b"2")])
    assert str(told.value) == f"x: 2 of 2 messages were not delivered; broker {address}: {NOBODY}"


def test_a_broker_that_goes_and_comes_leaves_no_gap_and_another_one_is_read_from_its_beginning(tmp_path):  # fmt: skip
    name, kept = topics.awards("lu"), tables.database(f"sqlite:///{tmp_path}/x.db")
    said = []
    for versions in ((1, 2), (1, 3)):
        with Broker({name: 1}) as broker:
            cluster = Cluster(broker.address, "embedded")
            _write(cluster, name, versions[0])
            stop = []
            how = How(say=said.append, stopping=lambda stop=stop: bool(stop))
            follower = register.keep_in(kept, cluster, Codec(), [name], how)
            assert len(next(follower)) == 1
            threading.Timer(1.0, broker.set_up).start()
            broker.set_down()
            threading.Timer(1.5, _write, (cluster, name, versions[1])).start()
            assert len(next(follower)) == 1
            stop.append(1)
            assert list(follower) == []
    with transaction(kept.source) as connection:
        assert [(row.key, row.version) for row in connection.execute(sa.select(tables.AWARDS))] == [(key(), 3)]  # fmt: skip
    assert any("waiting: broker" in line for line in said)


def _write(cluster, topic, version):
    record = replace(published.STATE, key=key(), version=version)
    Sender(cluster).send([Outgoing(topic, Codec().encode(record), record.key.encode())])
