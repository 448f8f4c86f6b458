"""The doctor's checks that need no server."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from credstream.contract import topics
from credstream.exchange.doctor import broker, checks
from credstream.exchange.doctor.checks import OK, UNKNOWN, WRONG, Base, Finding
from credstream.interfaces.cli import doctor
from credstream.kafka.admin import Drift
from credstream.process.settings import Settings
from credstream.storage import migrate
from credstream.storage.engine import open_engine


def check(state, group="broker"):
    return Finding(group, state, "x")


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([check(OK)], 0),
        ([check(OK), check(UNKNOWN)], 4),
        ([check(WRONG), check(UNKNOWN)], 5),
        ([check(WRONG), check(WRONG, "settings")], 78),
    ],
)
def test_the_exit_code_is_of_the_worst(states, code):
    assert doctor._code(states) == code


def test_what_hangs_is_unknown_at_its_time_and_what_fails_is_told():
    never = threading.Event()

    def fails():
        raise RuntimeError("the moon is full")

    hangs, broken = doctor.Work("a", "x", never.wait), doctor.Work("b", "y", fails)
    found = hangs.until(time.monotonic() + 0.1) + broken.until(time.monotonic() + 5)
    never.set()
    assert [each.state for each in found] == [UNKNOWN, UNKNOWN]
    assert "no answer" in found[0].what
    assert "the moon is full" in found[1].what


def test_a_variable_that_is_nearly_a_setting_is_named():
    environ = {
        "CREDSTREAM_BROKERS": "x",
        "CREDSTREAM_BROKER": "y",
        "CREDSTREAM_KEK_FILE": "z",
        "CREDSTREAM_INGEST_SERVICE_HOST": "of Kubernetes",
    }
    found = list(checks.settings_checks(Settings(), (), environ))
    assert [(each.what, each.do) for each in found] == [
        ("CREDSTREAM_BROKERS is no setting", "write CREDSTREAM_BROKER")
    ]


def test_what_a_service_needs_and_has_not_is_named():
    settings = Settings(database_url="x", vault_url="x", kek="12", pseudonym_key="0" * 64)
    found = list(checks.settings_checks(settings, ("normalise",), {}))
    assert [each.do for each in found] == ["set CREDSTREAM_KEK"]
    assert [each.state for each in checks.settings_checks(settings, ("ingest",), {})] == [OK]


def test_a_database_that_was_never_made_is_not_made_by_looking(tmp_path):
    base = Base("ingest", f"sqlite:///{tmp_path}/x.db", migrate.folders("ingest"))
    (found,) = checks.base_checks(base)
    assert (found.state, found.do) == (WRONG, "credstream migrate ingest")
    assert not (tmp_path / "x.db").exists()


def test_a_database_of_this_version_is_well(tmp_path):
    base = Base("ingest", f"sqlite:///{tmp_path}/x.db", migrate.folders("ingest"))
    migrate.upgrade(open_engine(base.url), base.where)
    assert [each.state for each in checks.base_checks(base)] == [OK]


@pytest.mark.parametrize(
    ("begins", "ends", "state"),
    [(-1, 365, OK), (-1, 3, WRONG), (-9, -1, WRONG), (1, 365, WRONG)],
)
def test_a_certificate_is_told_before_it_ends(begins, ends, state):
    now = datetime.now(UTC)
    found = checks.in_force("seal", "x", now + timedelta(begins), now + timedelta(ends))
    assert found.state == state


def test_a_hundred_missing_topics_are_one_line():
    names = [name for name, _ in topics.fixed(())]
    (found,) = broker._drifts(Drift(name, "missing", "", "") for name in names)
    assert f"and {len(names) - 3} more: missing" in found.what
    assert found.do == "credstream topics create"


def test_the_topics_of_a_services_data_path_are_those_of_the_table():
    assert broker._flow("normalise") == [topics.RECEIVED, topics.again("normalise")]
    assert broker._flow("ingest") == []
