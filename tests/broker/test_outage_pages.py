"""What the pages say while something is lost that a worker had, on real Kafka, registry, PostgreSQL.

Where it does not answer any more, or refuses, the worker waits and says so: it is not ended.
"""

from __future__ import annotations

import os
import signal

import pytest

from credstream.contract import topics
from credstream.kafka.sender import Outgoing, Sender
from deploy.kafka import brokers, processes
from tests.support import delivery_check, fetching, proxies, stacks, waiting
from tests.support.delivery_check import FEW, DeliveryCheck

pytestmark = pytest.mark.real
# The first events, and those of learners whom nobody has seen before.
MORE = DeliveryCheck(keys=FEW.keys + 20, rounds=FEW.rounds, bodies=FEW.bodies)


def web(fleet, service):
    return f"http://127.0.0.1:{fleet.workers[f'{service}-0'].port}"


def published(fleet):
    """All four services at work, and what was sent first is published."""
    fleet.scale_all(1)
    delivery_check.send_all(fleet, FEW)
    delivery_check.await_published(fleet)
    for service in topics.SERVICES:
        fetching.ready(web(fleet, service))
    return fleet.workers["normalise-0"].process.pid


def send_more(fleet):
    old = set(FEW.names())
    for own in delivery_check.PROVIDERS:
        events = [
            MORE.event(name, number)
            for number in (1, 2)
            for provider, name in MORE.names()
            if provider == own and (provider, name) not in old
        ]
        delivery_check.send(fleet, own, *events)


@pytest.mark.parametrize("silent", [False, True], ids=["away", "hanging"])
@pytest.mark.parametrize("name", ["database", "vault"])
def test_a_database_that_is_lost_is_waited_for_by_name(fleet, name, silent):
    """Also where PostgreSQL keeps every connection open and never answers."""
    fleet.env["CREDSTREAM_PATIENCE_SECONDS"] = "20"
    which = "normalise" if name == "database" else "vault"
    with proxies.before(fleet.urls[which]) as (proxy, url):
        fleet.urls = fleet.urls | {which: url}
        before = published(fleet)
        proxy.lose(silent=silent)
        send_more(fleet)
        page = web(fleet, "normalise")
        words = fetching.waits_for(page, name)
        assert f"CREDSTREAM_{name.upper()}_URL" in words or "no answer" in words
        assert fetching.ask(page, "livez")[0] == 200
        assert fetching.ask(page, "startupz")[0] == 200
        proxy.restore()
        delivery_check.await_published(fleet, MORE)
        fetching.ready(page)
        assert fleet.workers["normalise-0"].process.pid == before


@pytest.mark.parametrize(
    "silent", [False, pytest.param(True, marks=pytest.mark.long)], ids=["away", "hanging"]
)
def test_a_registry_that_is_lost_is_waited_for_where_a_schema_is_new(fleet, silent):
    with proxies.before(fleet.target.registry) as (proxy, url):
        fleet.env["CREDSTREAM_REGISTRY_URL"] = url
        before = published(fleet)
        proxy.lose(silent=silent)
        unknown = b"\0" + (999_999).to_bytes(4, "big") + b"rest"
        Sender(fleet.target.cluster).send([Outgoing(topics.RECEIVED, unknown, b"key")])
        page = web(fleet, "normalise")
        words = fetching.waits_for(page, "registry")
        assert "no answer" in words or "nothing listens there" in words
        assert fetching.ask(page, "livez")[0] == 200
        # The others know all schemas that they meet.
        fetching.ready(web(fleet, "ingest"))
        proxy.restore()
        send_more(fleet)
        delivery_check.await_published(fleet, MORE)
        fetching.ready(page)
        assert fleet.workers["normalise-0"].process.pid == before


def test_a_broker_that_hangs_is_waited_for(fleet):
    """Its process is frozen: connections stay, and nothing is answered."""
    published(fleet)
    layout = stacks.stack()
    node = processes.running(brokers.pid_file(layout, 1))
    os.kill(node, signal.SIGSTOP)
    try:
        for service in topics.SERVICES:
            page = web(fleet, service)
            assert "no answer" in fetching.waits_for(page, "broker")
            assert fetching.ask(page, "livez")[0] == 200
    finally:
        os.kill(node, signal.SIGCONT)
    send_more(fleet)

    def ready():
        # Sessions that ran out meanwhile are fenced: a supervisor starts those workers again.
        fleet.restart_ended()
        answers = [fetching.ask(web(fleet, service), "readyz") for service in topics.SERVICES]
        return all(answer and answer[0] == 200 for answer in answers)

    waiting.eventually(ready)
    delivery_check.await_published(fleet, MORE)
