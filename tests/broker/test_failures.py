"""What an operator sees of each thing that can be wrong: from a worker, and from the doctor.

Each failure is made on real servers. A worker must say what is wrong and what to do in its first
line, and wait or exit as the design says; no traceback comes before it.
"""

import json

import pytest
import sqlalchemy as sa

from credstream.contract import rights, topics
from credstream.kafka.users import Users
from credstream.storage import migrate
from credstream.storage.engine import open_engine, transaction
from tests.support import commands, failing, stacks
from tests.support.failing import ask, doctor, first_words, nobody, not_ok, remade, unregistered

pytestmark = pytest.mark.real
OTHER_SCHEMA = {"type": "record", "name": "Again", "namespace": "credstream", "fields": []}


@pytest.fixture(scope="module")
def admin():
    return failing.enrolled()


@pytest.fixture
def silent():
    with failing.silence() as address:
        yield address


# What differs from a sound environment; the words of the worker; the doctor's exit code.
WAY_IN = {
    "kafka is not there": (lambda *_: {"BROKER": nobody()}, "nothing listens there", 4),
    "kafka hangs": (lambda _f, hangs: {"BROKER": hangs}, "no answer", 4),
    "an unknown name": (
        lambda *_: {"BROKER": "no-such-host.invalid:9092"},
        "the name cannot be resolved",
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
        lambda folder, _h: {"BROKER_CA": failing.stranger(folder)},
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
    assert words in not_ok(found, "broker")
    assert "the broker is away" in not_ok(found, "topics")
    # An empty folder has no database yet, which is wrong whatever the broker does.
    assert found["code"] == 5
    assert ("unknown" if code == 4 else "wrong") == found["broker"][0][0]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (lambda _h: f"http://{nobody()}", "nothing listens there"),
        (lambda hangs: f"http://{hangs}", "no answer"),
        (lambda _h: stacks.stack().addresses()["registry"][:-3], "no schema registry"),
    ],
    ids=["away", "hangs", "wrong path"],
)
def test_a_registry_that_does_not_answer_is_named_and_waited_for(
    admin, tmp_path, silent, url, words
):
    more = {"REGISTRY_URL": url(silent)}
    assert words in not_ok(doctor(tmp_path, **more), "registry")
    said, code = first_words(tmp_path, **more)
    assert said.startswith("registry ")
    assert words in said
    assert code is None


def test_a_registry_without_a_schema_is_waited_for_and_the_command_named(admin, tmp_path):
    with unregistered("again"):
        assert "credstream topics create" in not_ok(doctor(tmp_path), "registry")
        said, code = first_words(tmp_path)
    assert "credstream.Again lacks this version's schema" in said
    assert "credstream topics create" in said
    assert code is None


def test_an_incompatible_schema_that_is_there_already_is_named(admin, tmp_path):
    with unregistered("again") as subject:
        ask(f"subjects/{subject}/versions", "POST", {"schema": json.dumps(OTHER_SCHEMA)})
        ask(f"config/{subject}", "PUT", {"compatibility": "BACKWARD_TRANSITIVE"})
        found = not_ok(doctor(tmp_path), "registry")
        said, _ = first_words(tmp_path)
        created = commands.credstream(
            *("topics", "create", "--dir", tmp_path / "none"),
            CREDSTREAM_BROKER=stacks.stack().bootstrap(),
            CREDSTREAM_REGISTRY_URL=stacks.stack().addresses()["registry"],
        )
    assert f"{subject} holds a version with which this one is not compatible" in found
    assert f"{subject} lacks this version's schema" in said
    assert created.returncode == 5
    assert "an earlier version of a schema forbids ours" in created.stderr


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (lambda _u, _h: f"postgresql+psycopg://a:b@{nobody()}/x", "nothing listens there"),
        (lambda _u, hangs: f"postgresql+psycopg://a:b@{hangs}/x", "no answer"),
        (lambda url, _h: url.replace("credstream:", "credstream:x"), "password of its user"),
        (lambda url, _h: f"{url}-elsewhere", "there is no such database"),
        (lambda _u, _h: "sqlite:////nowhere/at/all.db", "its folder does not exist"),
    ],
    ids=["away", "hangs", "wrong password", "no such database", "no folder"],
)
def test_a_database_that_does_not_answer_is_named_and_waited_for(
    admin, tmp_path, silent, url, words
):
    more = {"DATABASE_URL": url(f"{stacks.stack().addresses()['database']}registry", silent)}
    found = doctor(tmp_path, **more)
    assert words in not_ok(found, "databases") or "there is no file" in not_ok(found, "databases")
    said, code = first_words(tmp_path, **more)
    assert said.startswith("database ")
    assert words in said
    assert "CREDSTREAM_DATABASE_URL" in said or "look at" in said
    assert code is None


def test_a_database_url_that_cannot_be_read_ends_the_worker_with_78(admin, tmp_path):
    said, code = first_words(tmp_path, DATABASE_URL="rubbish")
    assert "CREDSTREAM_DATABASE_URL" in said
    assert code == 78


def test_a_database_behind_or_ahead_ends_the_worker_with_78(admin, tmp_path):
    said, code = first_words(tmp_path, MIGRATE="false")
    assert "behind this version" in said
    assert "credstream migrate" in said
    assert code == 78
    assert "credstream migrate ingest" in not_ok(doctor(tmp_path), "databases")

    source = open_engine(f"sqlite:///{tmp_path}/ingest.db")
    migrate.upgrade(source, migrate.folders("ingest"))
    assert doctor(tmp_path)["code"] == 0
    with transaction(source) as connection:
        connection.execute(sa.text("INSERT INTO alembic_version VALUES ('i9999')"))
    said, code = first_words(tmp_path)
    assert "ahead of this version (i9999)" in said
    assert code == 78
    found = doctor(tmp_path)
    assert "ahead of this version (i9999)" in not_ok(found, "databases")
    assert found["code"] == 5


def test_a_missing_topic_is_named_with_the_command_that_makes_it(admin, tmp_path):
    name = topics.again("normalise")
    with remade(admin, name, 0):
        found = doctor(tmp_path, "normalise")
        said, code = first_words(tmp_path, "normalise")
    assert f"{name}: missing, or hidden" in not_ok(found, "rights")
    assert f"topic {name} does not exist" in said
    assert "credstream topics create" in said
    assert code is None


def test_inputs_with_unequal_partitions_are_named_with_their_numbers(admin, tmp_path):
    name = topics.again("normalise")
    with remade(admin, name, 3):
        found = doctor(tmp_path, "normalise")
        said, code = first_words(tmp_path, "normalise")
        plain = doctor(tmp_path, SECURITY_PROTOCOL="plaintext", BROKER=stacks.stack().bootstrap())
    assert f"{name} has 3" in not_ok(found, "topics")
    assert f"{name}: partitions is 3, should be 6" in not_ok(plain, "topics")
    assert f"{name} has 3" in said
    assert "credstream topics create" in said
    assert code is None


RIGHTS = {
    "transactions": (("transactional_id", "normalise-"), "may not begin transactions"),
    "group": (("group", "normalise"), "may not use"),
    "control group": (("group", "normalise-control"), "may not use"),
    "input": (("topic", topics.RECEIVED), topics.RECEIVED),
}


@pytest.mark.parametrize("case", RIGHTS)
def test_a_missing_right_is_named_with_the_command_that_gives_it(admin, tmp_path, case):
    gone, words = RIGHTS[case]
    user = rights.user_of_service("normalise")
    held = rights.service_rights("normalise")
    Users(admin._cluster).set_rights(user, [r for r in held if (r.resource, r.name) != gone])
    try:
        found = doctor(tmp_path, "normalise")
        said, code = first_words(tmp_path, "normalise")
    finally:
        Users(admin._cluster).set_rights(user, held)
    assert words in not_ok(found, "rights")
    assert "credstream service add normalise" in not_ok(found, "rights")
    assert words in said
    assert "credstream service add" in said
    assert code is None


def test_a_right_that_is_taken_while_it_works_is_named_with_the_command_that_gives_it(
    admin, tmp_path
):
    user, held = rights.user_of_service("normalise"), rights.service_rights("normalise")
    left = [each for each in held if each.name != topics.RECEIVED]
    try:
        said, code = first_words(
            tmp_path, "normalise", at_work=lambda: Users(admin._cluster).set_rights(user, left)
        )
    finally:
        Users(admin._cluster).set_rights(user, held)
    assert f"topic {topics.RECEIVED} does not exist, or is hidden from us" in said
    assert "credstream service add" in said
    assert code is None
