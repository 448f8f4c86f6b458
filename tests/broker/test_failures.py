"""What an operator sees of each thing that can be wrong: from a worker, and from the doctor.

Each failure is made on real servers. A worker must say what is wrong and what to do in its first
line, and wait or exit as the design says; no traceback comes before it.
"""

import contextlib
import json
import os
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from confluent_kafka.cimpl import NewTopic

from credstream.contract import codec, rights, topics
from credstream.runtime import migrate
from credstream.runtime.admin import Admin
from credstream.runtime.clients import Cluster
from credstream.runtime.registry import SchemaRegistry
from credstream.runtime.store import BREAKER, JOURNAL, engine, transaction
from deploy.kafka import certificates
from tests.support import codecs, fleet, houses, stacks

pytestmark = pytest.mark.real
PASSWORD = "correct-horse"
OTHER_SCHEMA = {"type": "record", "name": "Again", "namespace": "credstream", "fields": []}


@pytest.fixture(scope="module")
def admin():
    """Every topic, schema and user that ingest and normalise need."""
    codecs.registry()
    made = Admin(Cluster(stacks.stack().bootstrap()))
    made.create([name for name, _ in topics.fixed(("DE",))], 1)
    for name in ("ingest", "normalise"):
        made.set_password(rights.user_of_service(name), PASSWORD)
        made.set_rights(rights.user_of_service(name), rights.of_service(name))
    return made


@pytest.fixture
def silent():
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def nobody():
    return f"127.0.0.1:{fleet.free_port()}"


def environment(folder, service, **more):
    """Variables of a worker that lacks nothing, but for those that a test gives."""
    layout = stacks.stack()
    told = layout.told()
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
        "WEB_PORT": str(fleet.free_port()),
        "DATA_DIR": f"{folder}/faust",
    }
    kept = {n: v for n, v in os.environ.items() if not n.startswith("CREDSTREAM_")}
    return kept | {f"CREDSTREAM_{name}": value for name, value in {**own, **more}.items()}


def first_words(folder, service="ingest", seconds=40, **more):
    """The first line of a worker that is not about its being well, and its exit code or None."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"services.{service}", "worker"],
        env=environment(folder, service, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        for line in _lines(process.stdout, time.monotonic() + seconds):
            if not line.startswith("{"):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(5)
                return line, process.returncode
            told = json.loads(line)
            if told["level"] != "info":
                assert told["event"] == "unavailable", line
                return told["why"], process.poll()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    return "", process.returncode


def _lines(stream, until):
    """Lines as they come; a worker that says nothing is not waited for longer than `until`."""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        left = b""
        while time.monotonic() < until:
            if not selector.select(0.2):
                continue
            read = os.read(stream.fileno(), 65536)
            if not read:
                return
            *whole, left = (left + read).split(b"\n")
            yield from (line.decode() for line in whole)


def doctor(folder, *services, **more):
    """What the doctor finds, by group: (state, what, do); and its exit code under `code`."""
    service = services[0] if services else "ingest"
    began = time.monotonic()
    done = houses.credstream(
        *("doctor", *services, "--dir", folder / "none", "--json"),
        **environment(folder, service, **more),
    )
    assert time.monotonic() - began < 15
    assert "Traceback" not in done.stderr
    told = json.loads(done.stdout)
    assert done.returncode == told["code"]
    found = {"code": told["code"]}
    for each in told["checks"]:
        found.setdefault(each["group"], []).append((each["state"], each["what"], each["do"]))
    return found


def amiss(found, group):
    """What is not well in a group, as one text."""
    return "\n".join(f"{what}; {do}" for state, what, do in found[group] if state != "ok")


def stranger(folder):
    certificates.make(folder / "other")
    return (folder / "other" / "ca.pem").read_text("utf-8")


# What differs from a sound environment; the words of the worker; the doctor's exit code.
WAY_IN = {
    "kafka is not there": (lambda *_: {"BROKER": nobody()}, "nobody listens there", 4),
    "kafka hangs": (lambda _f, hangs: {"BROKER": hangs}, "no answer", 4),
    "an unknown name": (
        lambda *_: {"BROKER": "no-such-host.invalid:9092"},
        "nobody knows this name",
        5,
    ),
    "TLS against a plain port": (
        lambda *_: {"BROKER": stacks.stack().bootstrap()},
        "speaks no TLS, and CREDSTREAM_SECURITY_PROTOCOL is sasl_ssl",
        5,
    ),
    "plain against a TLS port": (
        lambda *_: {"SECURITY_PROTOCOL": "plaintext"},
        "CREDSTREAM_SECURITY_PROTOCOL is plaintext",
        5,
    ),
    "a wrong password": (
        lambda *_: {"SASL_PASSWORD": "wrong"},
        "the password of service.ingest is wrong",
        5,
    ),
    "an untrusted certificate": (
        lambda folder, _h: {"BROKER_CA": stranger(folder)},
        "an authority that we trust",
        5,
    ),
}


@pytest.mark.parametrize("case", WAY_IN)
def test_a_worker_that_does_not_get_in_says_why_and_waits(admin, tmp_path, silent, case):
    more, words, _ = WAY_IN[case]
    said, code = first_words(tmp_path, **more(tmp_path, silent))
    assert words in said
    assert "; " in said
    assert code is None


@pytest.mark.parametrize("case", WAY_IN)
def test_the_doctor_says_why_nobody_gets_in_and_looks_at_nothing_behind(
    admin, tmp_path, silent, case
):
    more, words, code = WAY_IN[case]
    found = doctor(tmp_path, **more(tmp_path, silent))
    assert words in amiss(found, "broker")
    assert "the broker is away" in amiss(found, "topics")
    # An empty folder has no database yet, which is wrong whatever the broker does.
    assert found["code"] == 5
    assert ("unknown" if code == 4 else "wrong") == found["broker"][0][0]


# Needs the change of registry.py: what the registry's failure means, and what to do.
@pytest.mark.parametrize(
    ("url", "words"),
    [
        (lambda _h: f"http://{nobody()}", "nobody listens there"),
        (lambda hangs: f"http://{hangs}", "no answer"),
        (lambda _h: stacks.stack().told()["registry"][:-3], "no schema registry"),
    ],
    ids=["away", "hangs", "wrong path"],
)
def test_a_registry_that_does_not_answer_is_named_and_waited_for(
    admin, tmp_path, silent, url, words
):
    more = {"REGISTRY_URL": url(silent)}
    assert words in amiss(doctor(tmp_path, **more), "registry")
    said, code = first_words(tmp_path, **more)
    assert said.startswith("registry ")
    assert words in said
    assert code is None


@contextlib.contextmanager
def unregistered(name):
    """The registry without a schema, and as it was afterwards."""
    subject = codec.full_name(name)
    for end in ("", "?permanent=true"):
        ask(f"subjects/{subject}{end}", "DELETE")
    try:
        yield subject
    finally:
        with contextlib.suppress(OSError):
            for end in ("", "?permanent=true"):
                ask(f"subjects/{subject}{end}", "DELETE")
        SchemaRegistry(stacks.stack().told()["registry"]).register(name)


def ask(path, method, body=None):
    import urllib.request  # noqa: PLC0415, only here

    url = f"{stacks.stack().told()['registry']}/{path}"
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data, {"content-type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


def test_a_registry_without_a_schema_is_waited_for_and_the_command_named(admin, tmp_path):
    with unregistered("again"):
        assert "credstream topics create" in amiss(doctor(tmp_path), "registry")
        said, code = first_words(tmp_path)
    assert "credstream.Again has not this version's schema" in said
    assert "credstream topics create" in said
    assert code is None


def test_an_incompatible_schema_that_is_there_already_is_named(admin, tmp_path):
    with unregistered("again") as subject:
        ask(f"subjects/{subject}/versions", "POST", {"schema": json.dumps(OTHER_SCHEMA)})
        ask(f"config/{subject}", "PUT", {"compatibility": "BACKWARD_TRANSITIVE"})
        found = amiss(doctor(tmp_path), "registry")
        said, _ = first_words(tmp_path)
        created = houses.credstream(
            *("topics", "create", "--dir", tmp_path / "none"),
            CREDSTREAM_BROKER=stacks.stack().bootstrap(),
            CREDSTREAM_REGISTRY_URL=stacks.stack().told()["registry"],
        )
    assert f"{subject} holds a version that this one does not go with" in found
    assert f"{subject} has not this version's schema" in said
    assert created.returncode == 5
    assert "an earlier version of a schema forbids ours" in created.stderr


# Needs the changes of store.py: the words, and a time-out for a server that does not answer.
@pytest.mark.parametrize(
    ("url", "words"),
    [
        (lambda _u, _h: f"postgresql+psycopg://a:b@{nobody()}/x", "nobody listens there"),
        (lambda _u, hangs: f"postgresql+psycopg://a:b@{hangs}/x", "no answer"),
        (lambda url, _h: url.replace("credstream:", "credstream:x"), "password of its user"),
        (lambda url, _h: f"{url}-elsewhere", "there is no such database"),
        (lambda _u, _h: "sqlite:////nowhere/at/all.db", "its folder is missing"),
    ],
    ids=["away", "hangs", "wrong password", "no such database", "no folder"],
)
def test_a_database_that_does_not_answer_is_named_and_waited_for(
    admin, tmp_path, silent, url, words
):
    more = {"DATABASE_URL": url(f"{stacks.stack().told()['database']}registry", silent)}
    found = doctor(tmp_path, **more)
    assert words in amiss(found, "databases") or "there is no file" in amiss(found, "databases")
    said, code = first_words(tmp_path, **more)
    assert said.startswith("database ")
    assert words in said
    assert "CREDSTREAM_DATABASE_URL" in said or "look at" in said
    assert code is None


# Needs the change of store.py: today a traceback.
def test_a_database_url_that_cannot_be_read_ends_the_worker_with_78(admin, tmp_path):
    said, code = first_words(tmp_path, DATABASE_URL="rubbish")
    assert "CREDSTREAM_DATABASE_URL" in said
    assert code == 78


def test_a_database_behind_or_ahead_ends_the_worker_with_78(admin, tmp_path):
    said, code = first_words(tmp_path, MIGRATE="false")
    assert "behind this version" in said
    assert "credstream migrate" in said
    assert code == 78
    assert "credstream migrate ingest" in amiss(doctor(tmp_path), "databases")

    source = engine(f"sqlite:///{tmp_path}/ingest.db")
    migrate.upgrade(source, migrate.folders("ingest"))
    assert doctor(tmp_path)["code"] == 0
    with transaction(source) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'i9999'"))
    said, code = first_words(tmp_path)
    assert "ahead of this version (i9999)" in said
    assert code == 78
    found = doctor(tmp_path)
    assert "ahead of this version (i9999)" in amiss(found, "databases")
    assert found["code"] == 5


@contextlib.contextmanager
def remade(admin, name, partitions):
    """A topic with another number of partitions, 0 for none; as it was afterwards."""
    delete(admin, name)
    if partitions:
        admin._client.create_topics([NewTopic(name, partitions, 1)])[name].result(15)
        houses.eventually(lambda: name in admin.partitions())
    try:
        yield
    finally:
        delete(admin, name)
        admin.create([name], 1)


def delete(admin, name):
    admin.delete([name])
    houses.eventually(lambda: name not in admin.partitions())


# Needs the change of worker.py: the words.
def test_a_missing_topic_is_named_with_the_command_that_makes_it(admin, tmp_path):
    name = topics.again("normalise")
    with remade(admin, name, 0):
        found = doctor(tmp_path, "normalise")
        said, code = first_words(tmp_path, "normalise")
    assert f"{name}: missing, or hidden" in amiss(found, "rights")
    assert f"topic {name} does not exist" in said
    assert "credstream topics create" in said
    assert code is None


# Needs the change of worker.py: the words.
def test_inputs_with_unequal_partitions_are_named_with_their_numbers(admin, tmp_path):
    name = topics.again("normalise")
    with remade(admin, name, 3):
        found = doctor(tmp_path, "normalise")
        said, code = first_words(tmp_path, "normalise")
        plain = doctor(tmp_path, SECURITY_PROTOCOL="plaintext", BROKER=stacks.stack().bootstrap())
    assert f"{name} has 3" in amiss(found, "topics")
    assert f"{name}: partitions is 3, should be 6" in amiss(plain, "topics")
    assert f"{name} has 3" in said
    assert "credstream topics create" in said
    assert code is None


RIGHTS = {
    "transactions": (("transactional_id", "normalise-"), "may not begin transactions"),
    "group": (("group", "normalise"), "may not use"),
    "control group": (("group", "normalise-control"), "may not use"),
    "input": (("topic", topics.RECEIVED), topics.RECEIVED),
}


# Needs the change of worker.py for the groups: today the worker works on without a word.
@pytest.mark.parametrize("case", RIGHTS)
def test_a_missing_right_is_named_with_the_command_that_gives_it(admin, tmp_path, case):
    gone, words = RIGHTS[case]
    user = rights.user_of_service("normalise")
    held = rights.of_service("normalise")
    admin.set_rights(user, [r for r in held if (r.resource, r.name) != gone])
    try:
        found = doctor(tmp_path, "normalise")
        said, code = first_words(tmp_path, "normalise")
    finally:
        admin.set_rights(user, held)
    assert words in amiss(found, "rights")
    assert "credstream service add normalise" in amiss(found, "rights")
    assert words in said
    assert "credstream service add" in said
    assert code is None


def test_the_doctor_is_content_with_a_sound_house_and_changes_nothing(admin, tmp_path):
    for name, where in (("normalise", migrate.folders("normalise")), ("vault", migrate.VAULT)):
        migrate.upgrade(engine(f"sqlite:///{tmp_path}/{name}.db"), where)
    before = admin.partitions()
    found = doctor(tmp_path, "normalise")
    assert found["code"] == 0, found
    assert {"settings", "broker", "topics", "rights", "registry", "databases"} <= found.keys()
    assert admin.partitions() == before


def test_the_doctor_names_an_open_breaker_and_a_row_that_does_not_fit(admin, tmp_path):
    source = engine(f"sqlite:///{tmp_path}/normalise.db")
    migrate.upgrade(source, migrate.folders("normalise"))
    with transaction(source) as connection:
        row = {"worker": "normalise-0", "version": "1", "reason": "too many refusals"}
        connection.execute(sa.insert(BREAKER), row)
        row = {"topic": topics.RECEIVED, "partition": 0, "cluster_id": "x", "since": 1, "upto": 7}
        connection.execute(sa.insert(JOURNAL), {**row, "outputs": b""})
        connection.execute(sa.update(JOURNAL).values(outputs=_nothing()))
    found = doctor(tmp_path, "normalise")
    assert "too many refusals; remove the cause, then credstream resume normalise" in amiss(
        found, "breaker"
    )
    assert "is of cluster x" in amiss(found, "journal")
    assert "credstream journal show normalise" in amiss(found, "journal")
    assert found["code"] == 5


def _nothing():
    from credstream.runtime import journal  # noqa: PLC0415, only here

    return journal._pack(())


def test_the_doctor_answers_in_time_when_everything_hangs(admin, tmp_path, silent):
    more = {
        "BROKER": silent,
        "REGISTRY_URL": f"http://{silent}",
        "DATABASE_URL": f"postgresql+psycopg://a:b@{silent}/x",
        "VAULT_URL": f"postgresql+psycopg://a:b@{silent}/y",
    }
    found = doctor(tmp_path, "normalise", **more)
    assert found["code"] == 4
    for group in ("broker", "registry", "databases", "topics", "rights", "journal"):
        assert {state for state, *_ in found[group]} == {"unknown"}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"SECURITY_PROTOCOL": "tls"}, "CREDSTREAM_SECURITY_PROTOCOL"),
        ({"BATCH_SIZE": "many"}, "CREDSTREAM_BATCH_SIZE"),
        ({"SASL_PASSWORT": "x"}, "CREDSTREAM_SASL_PASSWORD"),
        ({"KEK": "12"}, "CREDSTREAM_KEK"),
        ({"PSEUDONYM_KEY": ""}, "CREDSTREAM_PSEUDONYM_KEY"),
    ],
    ids=str,
)
def test_settings_that_do_not_fit_are_named_and_end_with_78(admin, tmp_path, more, words):
    found = doctor(tmp_path, "normalise", **more)
    assert words in amiss(found, "settings")
    assert found["code"] == 78
