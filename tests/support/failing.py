"""Failures made on purpose on real servers, and what a worker and the doctor say of them."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from confluent_kafka.cimpl import NewTopic

from credstream.contract import rights, schemas
from credstream.kafka import clients
from credstream.kafka.admin import Admin
from credstream.kafka.cluster import Cluster
from credstream.kafka.registry import SchemaRegistry
from credstream.kafka.users import Users
from deploy.kafka import certificates
from tests.support import commands, fleets, stacks, waiting

PASSWORD = "correct-horse"


def enrolled():
    """The administrator of servers with every topic, schema and user that the tests need."""
    cluster = fleets.emptied().cluster
    users = Users(cluster)
    for name in ("ingest", "normalise"):
        users.set_password(rights.user_of_service(name), PASSWORD)
        users.set_rights(rights.user_of_service(name), rights.service_rights(name))
    return Admin(cluster)


@contextlib.contextmanager
def silence():
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def nobody():
    return f"127.0.0.1:{fleets.free_port()}"


def send(broker, topic, value=b"rubbish"):
    """Send one message to an embedded broker."""
    producer = clients.producer(Cluster(broker.address, "embedded"))
    producer.produce(topic, value)
    assert producer.flush(waiting.GIVE_UP_SECONDS) == 0


def environment(folder, service, **more):
    """Variables of a worker that lacks nothing, but for those that a test gives."""
    layout = stacks.stack()
    told = layout.addresses()
    own = {
        "BROKER": layout.bootstrap(94),
        "SECURITY_PROTOCOL": "sasl_ssl",
        "SASL_USERNAME": rights.user_of_service(service),
        "SASL_PASSWORD": PASSWORD,
        "BROKER_CA": Path(told["ca"]).read_text("utf-8"),
        "REGISTRY_URL": told["registry"],
        "DATABASE_URL": f"sqlite:///{folder}/{service}.db",
        "VAULT_URL": f"sqlite:///{folder}/vault.db",
        "KEK": "0" * 64,
        "PSEUDONYM_KEY": "0" * 64,
        "MIGRATE": "true",
        "WEB_PORT": str(fleets.free_port()),
        "DATA_DIR": f"{folder}/faust",
    }
    kept = {n: v for n, v in os.environ.items() if not n.startswith("CREDSTREAM_")}
    return kept | {f"CREDSTREAM_{name}": value for name, value in {**own, **more}.items()}


def first_words(
    folder, service="ingest", seconds=waiting.GIVE_UP_SECONDS, at_work=lambda: None, **more
):
    """The first line of a worker that is not about its being well, and its exit code or None.

    `at_work` is done once the worker has begun to work.
    """
    reads, writes = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", f"services.{service}", "worker"],
        env=environment(folder, service, **more),
        stdin=subprocess.DEVNULL,
        stdout=writes,
        stderr=writes,
    )
    os.close(writes)
    try:
        for line in _lines(reads, time.monotonic() + seconds):
            if not line.startswith("{"):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(waiting.GIVE_UP_SECONDS)
                return line, process.returncode
            told = json.loads(line)
            if told["event"] == "data path started":
                at_work()
            if told["level"] != "info" and told["event"] != "consume failed":
                assert told["event"] == "dependency unavailable", line
                return told["why"], process.poll()
    finally:
        process.kill()
        process.wait()
        os.close(reads)
    return "", process.returncode


def _lines(descriptor, until):
    """Lines as they come; a worker that says nothing is not waited for longer than `until`."""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        left = b""
        while time.monotonic() < until:
            if not selector.select(0.2):
                continue
            read = os.read(descriptor, 65536)
            if not read:
                return
            *whole, left = (left + read).split(b"\n")
            yield from (line.decode() for line in whole)


def doctor(folder, *services, **more):
    """What the doctor finds, by group: (state, what, do); and its exit code under `code`."""
    service = services[0] if services else "ingest"
    done = commands.credstream(
        *("doctor", *services, "--dir", folder / "none", "--json"),
        **environment(folder, service, **more),
    )
    assert "Traceback" not in done.stderr
    told = json.loads(done.stdout)
    assert done.returncode == told["code"]
    found = {"code": told["code"]}
    for each in told["checks"]:
        found.setdefault(each["group"], []).append((each["state"], each["what"], each["do"]))
    return found


def not_ok(found, group):
    """What is not well in a group, as one text."""
    return "\n".join(f"{what}; {do}" for state, what, do in found[group] if state != "ok")


def stranger(folder):
    certificates.make(folder / "other")
    return (folder / "other" / "ca.pem").read_text("utf-8")


@contextlib.contextmanager
def unregistered(name):
    """The registry without a schema, and as it was afterwards."""
    subject = schemas.full_name(name)
    for end in ("", "?permanent=true"):
        ask(f"subjects/{subject}{end}", "DELETE")
    try:
        yield subject
    finally:
        with contextlib.suppress(OSError):
            for end in ("", "?permanent=true"):
                ask(f"subjects/{subject}{end}", "DELETE")
        with contextlib.closing(SchemaRegistry(stacks.stack().addresses()["registry"])) as registry:
            registry.register(name)


def ask(path, method, body=None):
    url = f"{stacks.stack().addresses()['registry']}/{path}"
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data, {"content-type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


@contextlib.contextmanager
def remade(admin, name, partitions):
    """A topic with another number of partitions, 0 for none; as it was afterwards."""
    delete(admin, name)
    if partitions:
        admin._client.create_topics([NewTopic(name, partitions, 1)])[name].result(15)
        waiting.eventually(lambda: name in admin.partitions())
    try:
        yield
    finally:
        delete(admin, name)
        admin.create([name], 1)


def delete(admin, name):
    admin.delete([name])
    waiting.eventually(lambda: name not in admin.partitions())
