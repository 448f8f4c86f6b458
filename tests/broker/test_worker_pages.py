"""The pages of a worker from its first second, whatever is away."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys

import pytest

from credstream.contract import topics
from credstream.kafka.embedded import Broker
from credstream.process import timeouts
from credstream.vocabularies.countries import all_countries
from tests.support import failing, stuck, waiting
from tests.support.fetching import ask, ready, waits_for

pytestmark = pytest.mark.embedded
VARIABLES = {
    "broker": ("BROKER", "{}"),
    "registry": ("REGISTRY_URL", "http://{}"),
    "database": ("DATABASE_URL", "postgresql+psycopg://nobody:x@{}/x"),
    "vault": ("VAULT_URL", "postgresql+psycopg://nobody:x@{}/x"),
}


@pytest.fixture(scope="module")
def broker():
    with Broker(dict(topics.fixed_topics(all_countries(), embedded=True))) as broker:
        yield broker


@pytest.fixture
def start(tmp_path):
    """Start a worker with some variables; the address of its pages, and its process."""
    started = []

    def run(command, env):
        with (tmp_path / "log").open("wb") as log:
            started.append(subprocess.Popen(command, env=env, stdout=log, stderr=log))
        return f"http://127.0.0.1:{env['CREDSTREAM_WEB_PORT']}", started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


def normalise(start, broker, folder, **more):
    """A worker that needs everything: broker, registry, a database and the vault."""
    own = {
        "VAULT_URL": f"sqlite:///{folder}/vault.db", "KEK": "0" * 64, "PSEUDONYM_KEY": "0" * 64,
    } | more  # fmt: skip
    env = stuck.environment(broker, folder, **own)
    return start([sys.executable, "-m", "services.normalise", "worker"], env)


@pytest.mark.parametrize("silent", [False, True], ids=["away", "hanging"])
@pytest.mark.parametrize("name", VARIABLES)
def test_what_is_away_at_the_start_is_named_by_the_pages(start, broker, tmp_path, name, silent):
    with failing.silence() if silent else contextlib.nullcontext(failing.nobody()) as address:
        variable, value = VARIABLES[name]
        web, process = normalise(start, broker, tmp_path, **{variable: value.format(address)})
        words = waits_for(web, name)
        assert address in words
        assert ("no answer" if silent else "nothing listens there") in words
        assert ask(web, "livez")[0] == 200
        assert ask(web, "startupz")[0] == 503
        assert process.poll() is None


def test_a_worker_that_began_without_its_broker_is_ready_when_that_comes(start, broker, tmp_path):
    broker.set_down()
    try:
        web, process = normalise(start, broker, tmp_path)
        assert "nothing listens there" in waits_for(web, "broker")
    finally:
        broker.set_up()
    ready(web)
    assert ask(web, "startupz") == (200, '{"waits_for": null}')
    assert ask(web, "livez")[0] == 200
    process.terminate()
    assert process.wait(waiting.GIVE_UP_SECONDS) == 0


def test_a_worker_that_waits_at_its_start_leaves_when_it_is_told_to(start, broker, tmp_path):
    web, process = normalise(start, broker, tmp_path, BROKER=failing.nobody())
    waits_for(web, "broker")
    process.terminate()
    assert process.wait(waiting.GIVE_UP_SECONDS) == 0


def test_the_pages_answer_while_a_loop_stands_still(start, broker, tmp_path):
    """Each is right until the process ends: it is alive, and not ready."""
    topic = topics.provider_topics("provider", "acme")
    for name in topic:
        broker.create_topic(name, 1)
    failing.send(broker, topics.submissions("provider", "acme"))
    patience = str(timeouts.STILL_REPORT_SECONDS * 100)
    env = stuck.environment(broker, tmp_path, HOLD_SECONDS="0", PATIENCE_SECONDS=patience)
    web, process = start(stuck.command("hang in a call"), env)
    assert "a call has not come back" in waits_for(web, "call")
    assert ask(web, "livez")[0] == 200
    assert process.poll() is None


def test_a_client_that_says_nothing_keeps_nobody_waiting(start, broker, tmp_path):
    env = stuck.environment(broker, tmp_path, BROKER=failing.nobody())
    web, _process = start([sys.executable, "-m", "services.ingest", "worker"], env)
    waiting.eventually(lambda: ask(web, "livez"))
    address = ("127.0.0.1", int(env["CREDSTREAM_WEB_PORT"]))
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(address)) for _ in range(20)]
        assert ask(web, "livez")[0] == 200
        # Each is left alone after a while.
        assert silent[0].recv(1) == b""


def test_an_address_that_is_taken_is_told_at_once(broker, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        env = stuck.environment(broker, tmp_path, WEB_PORT=str(taken.getsockname()[1]))
        done = subprocess.run(
            [sys.executable, "-m", "services.ingest", "worker"],
            env=env, capture_output=True, text=True, timeout=waiting.GIVE_UP_SECONDS, check=False,
        )  # fmt: skip
    assert done.returncode == 78
    assert "CREDSTREAM_WEB_PORT" in done.stderr
    assert "in use" in done.stderr
