"""`credstream doctor` and other commands of an operator; test_failures has its words for failures."""

import pytest
import sqlalchemy as sa

from credstream.contract import rights, topics
from credstream.interfaces.cli.exit_codes import AWAY
from credstream.kafka.admin import TIME_SETTING, Drift
from credstream.kafka.users import Users
from credstream.storage import journal, migrate
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import BREAKER, JOURNAL
from tests.support import commands, failing, fleets
from tests.support.failing import doctor, not_ok

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def admin():
    return failing.enrolled()


@pytest.fixture
def silent():
    with failing.silence() as address:
        yield address


def answered(folder, *services):
    """The doctor's report once nothing is unknown: on a busy machine its time may be too short."""
    for _ in range(20):
        report = doctor(folder, *services)
        if report["code"] != AWAY:
            break
    return report


def ours(admin):
    """Kafka makes its own topics when it is first asked for a group."""
    return {n: count for n, count in admin.partitions().items() if not n.startswith("__")}


def test_the_doctor_is_content_with_a_sound_exchange_and_changes_nothing(admin, tmp_path):
    for name, where in (("normalise", migrate.folders("normalise")), ("vault", migrate.VAULT)):
        migrate.upgrade(open_engine(f"sqlite:///{tmp_path}/{name}.db"), where)
    before = ours(admin)
    found = answered(tmp_path, "normalise")
    assert found["code"] == 0, found
    assert {"settings", "broker", "topics", "rights", "registry", "databases"} <= found.keys()
    assert ours(admin) == before


def test_the_doctor_names_an_open_breaker_and_a_row_that_does_not_fit(admin, tmp_path):
    source = open_engine(f"sqlite:///{tmp_path}/normalise.db")
    migrate.upgrade(source, migrate.folders("normalise"))
    with transaction(source) as connection:
        row = {"worker": "normalise-0", "version": "1", "reason": "too many refusals"}
        connection.execute(sa.insert(BREAKER), row)
        row = {"topic": topics.RECEIVED, "partition": 0, "cluster_id": "x", "since": 1, "upto": 7}
        connection.execute(sa.insert(JOURNAL), {**row, "outputs": journal._pack(())})
    found = answered(tmp_path, "normalise")
    assert "too many refusals; remove the cause, then credstream resume normalise" in not_ok(
        found, "breaker"
    )
    assert "is of cluster x" in not_ok(found, "journal")
    assert "credstream journal show normalise" in not_ok(found, "journal")
    assert found["code"] == 5


def test_ingest_is_told_of_topics_where_the_provider_writes_the_time(admin, tmp_path):
    names = topics.provider_topics("provider", "dated")
    admin.create(names, 1)
    try:
        loose = Drift(names[-1], TIME_SETTING, topics.BROKER_TIME, "CreateTime")
        admin.repair([loose])
        told = not_ok(answered(tmp_path, "ingest"), "topics")
        assert f"{names[-1]} held: message.timestamp.type is CreateTime" in told
        assert "credstream topics create --repair" in told
        admin.repair(admin.drift(names, None))
        assert not [state for state, *_ in answered(tmp_path, "ingest")["topics"] if state != "ok"]
        user, own = rights.user_of_service("ingest"), rights.service_rights("ingest")
        less = [right for right in own if right.operation != rights.DESCRIBE_CONFIGS]
        Users(fleets.target().cluster).set_rights(user, less)
        told = not_ok(answered(tmp_path, "ingest"), "topics")
        assert f"{names[-1]} held: we may not read its configuration" in told
        assert "credstream service add ingest" in told
    finally:
        failing.enrolled()
        admin.delete(names)


def test_the_doctor_answers_when_everything_hangs(admin, tmp_path, silent):
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
    assert words in not_ok(found, "settings")
    assert found["code"] == 78


@pytest.mark.parametrize(
    "words",
    [
        "topics list",
        "topics check",
        "topics create",
        "provider suspend amu-like",
        "provider add examples/providers/amu-like.json",
        "accreditation load examples/accreditations/national-list.csv",
    ],
)
def test_an_operator_reads_that_nothing_listens_at_the_brokers_address(tmp_path, words):
    paths = [commands.ROOT / word if "/" in word else word for word in words.split()]
    done = commands.credstream(*paths, "--dir", tmp_path, CREDSTREAM_BROKER="127.0.0.1:9")
    assert done.returncode == 4
    assert "broker 127.0.0.1:9: nothing listens there; start the broker" in done.stderr
